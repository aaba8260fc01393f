// The demo's page: shows the world that /api/world describes, and acts in it as its people.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const narrow = matchMedia('(max-width: 759px)');

function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'class') element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(svg.namespaceURI, 'use'));
  svg.firstChild.setAttribute('href', `#${name}`);
  return svg;
}

const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const at = (ms) => h('time', { dateTime: new Date(ms).toISOString() }, clock.format(ms));
const first = (name) => name.split(' ')[0];
const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('').toUpperCase();
const avatar = (person) => h('span', { class: `avatar hue-${Math.abs(person.id) % 6}`, 'aria-hidden': 'true' }, initials(person.name));

// Makes the children of `parent` match `items` by key, touching only what differs: focus and scroll survive.
function keyed(parent, items, { key, make, update = () => {}, leave = (element) => element.remove() }) {
  const present = new Map();
  for (const element of parent.children) if (!element.leaving) present.set(element.key, element);
  const focused = parent.contains(document.activeElement);
  const wanted = new Set(items.map(key));
  for (const [k, element] of present) if (!wanted.has(k)) leave(element);
  let next = parent.firstElementChild;
  for (const item of items) {
    while (next?.leaving) next = next.nextElementSibling;
    let element = present.get(key(item));
    const fresh = !element;
    if (fresh) Object.assign(element = make(item), { key: key(item) });
    const signature = JSON.stringify(item);
    if (element.signature !== signature) {
      const before = element.signature && JSON.parse(element.signature);
      element.signature = signature;
      update(element, item, before);
    }
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  return focused && !parent.contains(document.activeElement);
}

// The server.

const deadline = (ms) => AbortSignal.timeout(ms);

async function get(path, ms = 10_000) {
  const answer = await fetch(path, { signal: deadline(ms), cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

// Ends with the answer, or throws a sentence that can be shown.
async function post(path, body = {}) {
  let answer;
  try {
    answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), signal: deadline(10_000) });
  } catch {
    throw new Error('The demo did not answer. Is it still running?');
  }
  const said = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(said.error ?? `The demo answered ${answer.status}.`);
  return said;
}

// Telegram's HTML, rebuilt from an allow-list: nothing else of the markup survives.

const ALLOWED = { B: 'b', STRONG: 'b', I: 'i', EM: 'i', U: 'u', INS: 'u', S: 's', DEL: 's', CODE: 'code', PRE: 'pre' };
const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

function rich(html, follow) {
  const parsed = new DOMParser().parseFromString(`<body>${html}`, 'text/html');
  const out = document.createDocumentFragment();
  const copy = (from, to, linked) => {
    for (const node of from.childNodes) {
      if (node.nodeType === Node.TEXT_NODE) linked ? to.append(node.data) : withLinks(node.data, to, follow);
      else if (node.nodeType === Node.ELEMENT_NODE) {
        const href = node.tagName === 'A' ? node.getAttribute('href') ?? '' : '';
        const inner = /^https?:/i.test(href) ? link(href, follow, '') : ALLOWED[node.tagName] ? h(ALLOWED[node.tagName]) : to;
        copy(node, inner, linked || inner.tagName === 'A');
        if (inner !== to) to.append(inner);
      }
    }
  };
  copy(parsed.body, out, false);
  return out;
}

function withLinks(text, to, follow) {
  let done = 0;
  for (const found of text.matchAll(LINK)) {
    to.append(text.slice(done, found.index), link(found[0], follow));
    done = found.index + found[0].length;
  }
  to.append(text.slice(done));
}

function link(href, follow, text = href) {
  const a = h('a', { href, target: '_blank', rel: 'noopener noreferrer' }, text);
  a.addEventListener('click', (event) => { if (follow(href)) event.preventDefault(); });
  return a;
}

// Links that a Telegram app opens by itself: a bot's deep link, an invite link.
const isTelegramLink = (href) => /^https?:\/\/t\.me\/(\+|joinchat\/|\w+\?start=)/i.test(href);

// A phone: the chat between the bot and one of several people.

class Phone {
  people = [];
  person = null;
  chats = new Map();
  static typed = 0;

  constructor(root, { title, several, nobody, standing }) {
    Object.assign(this, { root, title, several, standing });
    root.append($('#phone-template').content.cloneNode(true));
    $('h2', root).id = `${root.id}-title`;
    $('.people-row', root).setAttribute('aria-labelledby', `${root.id}-title`);
    $('.nobody', root).textContent = nobody;
    this.box = $('textarea', root);
    this.toastLine = $('.toast', root);
    this.alertBox = $('.alert', root);
    this.#wire();
  }

  get chat() { return this.chats.get(this.person?.id); }

  show(world) {
    this.world = world;
    this.people = world[this.several];
    for (const id of this.chats.keys()) if (!this.people.some((p) => p.id === id)) this.#forget(id);
    this.person = this.people.find((p) => p.id === this.person?.id) ?? this.people[0] ?? null;
    for (const person of this.people) this.#showChat(person);
    this.#showOwners();
    $('.device', this.root).hidden = !this.person;
    $('.nobody', this.root).hidden = Boolean(this.person);
    if (this.person) this.#showPerson();
  }

  choose(id) {
    if (id === this.person?.id || !this.people.some((p) => p.id === id)) return;
    if (this.chat) Object.assign(this.chat, { draft: this.box.value });
    this.person = this.people.find((p) => p.id === id);
    this.#hideAlert();
    this.#hideToast();
    this.#stopEditing(this.chat?.draft ?? '');
    this.#showOwners();
    this.#showPerson();
    this.#toEnd(this.chat);
    $('.owner[aria-pressed=true]', this.root).scrollIntoView({ inline: 'nearest', block: 'nearest' });
    this.changed?.();
  }

  reset() {
    for (const id of [...this.chats.keys()]) this.#forget(id);
    this.#hideAlert();
    this.#hideToast();
    this.#stopEditing('');
  }

  unread() { return [...this.chats.values()].reduce((sum, chat) => sum + chat.unread, 0); }

  // Marks what is on the screen as read.
  seen() { if (this.chat) this.chat.unread = 0; this.#showOwners(); }

  fill(text) {
    if (!this.person) return;
    this.#stopEditing(text);
    this.box.focus();
  }

  follow = (href) => {
    if (!isTelegramLink(href)) return false;
    this.act('open', { url: href });
    return true;
  };

  // Acts as the person of this phone. One at a time, in order, as a phone does.
  async act(what, body) {
    if (!this.person) return false;
    const { id } = this.person;
    const doing = (this.last ?? Promise.resolve()).then(() => post(`/api/users/${id}/${what}`, body));
    this.last = doing.catch(() => {});
    return doing.then(() => true, (error) => { this.#toast(error.message, true); return false; });
  }

  // What is shown.

  #showOwners() {
    $('h2', this.root).textContent = this.title;
    const row = $('.people-row', this.root);
    keyed(row, this.people.map(({ id, name }) => ({ id, name, on: id === this.person?.id, unread: this.chats.get(id)?.unread ?? 0 })), {
      key: (p) => p.id,
      make: (p) => {
        const button = h('button', { type: 'button', class: 'owner', 'data-person': p.id, 'data-testid': 'person' }, avatar(p), h('span', {}, p.name), h('span', { class: 'sr' }));
        button.addEventListener('click', () => this.choose(p.id));
        return button;
      },
      update: (button, p) => {
        button.setAttribute('aria-pressed', p.on);
        button.classList.toggle('fresh', !p.on && p.unread > 0);
        button.lastChild.textContent = !p.on && p.unread ? `, ${p.unread} unread` : '';
      },
    });
  }

  #showPerson() {
    const { person, world, root } = this;
    $('[data-part=bot]', root).textContent = world.bot.name;
    $('[data-part=state]', root).textContent = person.typing ? 'typing …' : 'bot';
    this.box.setAttribute('aria-label', `Message from ${first(person.name)} to ${world.bot.name}`);
    $('[data-act=menu] .sr', root).textContent = `Menu of ${first(person.name)}’s phone`;
    for (const [id, chat] of this.chats) chat.log.hidden = id !== person.id;
    const { text, ways } = this.standing(person, world);
    $('[data-part=standing]', root).textContent = text;
    for (const button of $$('[data-way]', root)) button.hidden = !ways.includes(button.dataset.way);
    $('[data-way=request-join]', root).textContent = `Ask to join ${world.group.title}`;
    root.classList.toggle('is-blocked', person.blocked);
    $('.composer', root).hidden = person.blocked;
    $('.blocked', root).hidden = !person.blocked;
    $('[data-menu=block]', root).textContent = person.blocked ? 'Unblock the bot' : 'Block the bot';
    const keyboard = $('.keyboard', root);
    keyboard.hidden = !person.reply_keyboard?.share_contact;
    $('button', keyboard).textContent = person.reply_keyboard?.share_contact ?? '';
    $('.newest', root).hidden = this.chat.stick;
  }

  #showChat(person) {
    let chat = this.chats.get(person.id);
    if (!chat) {
      const list = h('ol', { 'data-testid': 'chat' });
      const log = h('div', { class: 'log', role: 'log', 'aria-live': 'polite', tabIndex: 0, 'data-testid': 'log', 'data-person': person.id,
        'aria-label': `Chat of ${person.name} with ${this.world.bot.name}` }, list,
      h('p', { class: 'hush' }, icon('mark'), 'Nothing has been said yet.'), h('p', { class: 'dots', 'aria-hidden': 'true', hidden: true }, h('i'), h('i'), h('i')));
      log.hidden = true;
      log.addEventListener('scroll', () => {
        if (!log.clientHeight) return;
        chat.stick = this.#atEnd(chat);
        if (this.chat === chat) $('.newest', this.root).hidden = chat.stick;
      }, { passive: true });
      new ResizeObserver(() => { if (chat.stick) this.#toEnd(chat); }).observe(log);
      $('.logs', this.root).append(log);
      // A toast that was there before this page was opened is old news.
      chat = { list, log, stick: true, pending: [], claimed: new Set(), draft: '', unread: 0, toast: this.late ? 0 : person.toast?.id ?? 0 };
      this.chats.set(person.id, chat);
    }
    const known = chat.newest ?? Infinity;
    this.#settle(chat, person);
    const lostFocus = keyed(chat.list, [...person.chat, ...chat.pending], {
      key: (m) => m.id,
      make: (m) => this.#bubble(m),
      update: (li, m, before) => this.#fillBubble(li, m, before),
      leave: (li) => this.#leave(li),
    });
    if (lostFocus) chat.log.focus({ preventScroll: true });
    $('.dots', chat.log).hidden = !person.typing;
    $('.hush', chat.log).hidden = chat.list.childElementCount > 0 || person.typing;
    chat.unread += person.chat.filter((m) => m.from === 'bot' && m.id > known).length;
    chat.newest = Math.max(known === Infinity ? 0 : known, ...person.chat.map((m) => m.id));
    if (chat.stick) this.#toEnd(chat);
    if (person.toast && person.toast.id > chat.toast) {
      chat.toast = person.toast.id;
      if (person.id === this.person?.id && person.toast.text) this.#toast(person.toast.text, person.toast.alert);
    }
  }

  #bubble(message) {
    return h('li', { class: `message ${message.from}`, 'data-testid': 'message', 'data-from': message.from, 'data-message': message.id },
      h('div', { class: 'bubble' },
        h('span', { class: 'sr' }, message.from === 'bot' ? `${this.world.bot.name}: ` : 'You: '),
        h('div', { class: 'words', 'data-testid': 'words' }),
        h('span', { class: 'foot' }, h('span', { class: 'edited' }), at(message.at))),
      h('div', { class: 'buttons' }));
  }

  #fillBubble(li, message, before) {
    const words = $('.words', li);
    if (message.html !== before?.html || JSON.stringify(message.contact) !== JSON.stringify(before?.contact)) {
      const { contact } = message;
      words.replaceChildren(contact
        ? h('div', { class: 'contact' }, avatar({ id: 0, name: contact.name }), h('div', {}, h('strong', {}, contact.name), h('span', {}, contact.phone)))
        : rich(message.html, this.follow));
      if (before) { li.classList.remove('changed'); void li.offsetWidth; li.classList.add('changed'); }
    }
    $('.edited', li).textContent = message.edited ? 'edited ' : '';
    if (JSON.stringify(message.buttons) === JSON.stringify(before?.buttons)) return;
    $('.buttons', li).replaceChildren(...(message.buttons ?? []).map((row) => h('div', {}, ...row.map((button) => {
      const element = h('button', { type: 'button', 'data-testid': 'inline-button', 'data-data': button.data ?? '' }, button.text);
      element.addEventListener('click', () => {
        if (!button.url) this.act('press', { message: message.id, data: button.data });
        else if (!this.follow(button.url)) open(button.url, '_blank', 'noopener');
      });
      return element;
    }))));
  }

  #leave(li) {
    Object.assign(li, { leaving: true, inert: true });
    li.setAttribute('aria-hidden', 'true');
    li.setAttribute('data-testid', 'message-leaving');
    li.classList.add('leaving');
    setTimeout(() => {
      li.remove();
      if (this.world) this.show(this.world);
    }, 850);
  }

  // What was just typed is shown at once: the bot often deletes it before the world can be fetched, and a message that
  // nobody saw cannot be seen to vanish. As soon as the world knows better, the bubble becomes the real one or leaves.
  #settle(chat, person) {
    chat.pending = chat.pending.filter((typed) => {
      const real = person.chat.find((m) => m.from === 'user' && m.id > typed.after && !chat.claimed.has(m.id) && rich(m.html, () => false).textContent === typed.text);
      if (real) {
        chat.claimed.add(real.id);
        const li = [...chat.list.children].find((element) => element.key === typed.id);
        if (li) Object.assign(li, { key: real.id }).setAttribute('data-message', real.id);
      }
      return !real && !(typed.sent && this.world.asked >= typed.sent);
    });
  }

  async #say(chat, text) {
    if (!chat) return false;
    const typed = { id: `typed-${Phone.typed += 1}`, from: 'user', html: h('p', {}, text).innerHTML, text, buttons: [], contact: null, edited: false, at: worldNow(), after: chat.newest ?? 0, sent: 0 };
    chat.pending.push(typed);
    this.#showChat(this.person);
    this.#toEnd(chat);
    const well = await this.act('say', { text });
    if (well) typed.sent = performance.now();
    else chat.pending = chat.pending.filter((other) => other !== typed);
    await pull();
    return well;
  }

  #forget(id) {
    this.chats.get(id).log.remove();
    this.chats.delete(id);
  }

  #atEnd(chat) { return chat.log.scrollHeight - chat.log.scrollTop - chat.log.clientHeight < 90; }
  #toEnd(chat) {
    if (!chat) return;
    chat.stick = true;
    chat.log.scrollTop = chat.log.scrollHeight;
  }

  #toast(text, alert) {
    if (alert) {
      $('p', this.alertBox).textContent = text;
      this.alertBox.setAttribute('aria-label', text);
      this.alertFrom = this.root.contains(document.activeElement) ? document.activeElement : null;
      this.alertBox.hidden = false;
      $('.logs', this.root).inert = true;
      if (this.alertFrom || document.activeElement === document.body) $('button', this.alertBox).focus();
      return;
    }
    this.toastLine.textContent = text;
    clearTimeout(this.toastTimer);
    this.toastTimer = setTimeout(() => this.#hideToast(), 6000);
  }

  #hideToast() { this.toastLine.textContent = ''; }

  #hideAlert() {
    if (this.alertBox.hidden) return;
    const inside = this.alertBox.contains(document.activeElement);
    this.alertBox.hidden = true;
    $('.logs', this.root).inert = false;
    if (inside) (this.alertFrom?.isConnected && this.alertFrom !== document.body ? this.alertFrom : this.chat?.log)?.focus({ preventScroll: true });
  }

  // What is done.

  #wire() {
    const { root, box } = this;
    const on = (selector, what, handler) => $(selector, root).addEventListener(what, handler);
    on('.composer', 'submit', (event) => { event.preventDefault(); this.#submit(); });
    box.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.#submit(); }
      if (event.key === 'Escape' && this.chat?.editing) this.#stopEditing('');
    });
    box.addEventListener('input', () => this.#grow());
    for (const button of $$('[data-way]', root)) button.addEventListener('click', () => {
      const way = button.dataset.way;
      this.#toEnd(this.chat);
      if (way === 'start') this.#say(this.chat, '/start');
      else this.act(way, way === 'request-join' ? { link: null } : {});
    });
    on('[data-act=share-contact]', 'click', () => this.act('share-contact'));
    on('[data-act=unblock]', 'click', () => this.act('block', { blocked: false }));
    on('[data-act=stop-editing]', 'click', () => { this.#stopEditing(''); box.focus(); });
    on('.newest', 'click', () => { this.#toEnd(this.chat); this.chat.log.focus({ preventScroll: true }); });
    on('.alert button', 'click', () => this.#hideAlert());
    this.alertBox.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.#hideAlert(); });

    const menu = $('.menu', root);
    const opener = $('[data-act=menu]', root);
    const toggle = (openIt, focus = true) => {
      menu.hidden = !openIt;
      opener.setAttribute('aria-expanded', openIt);
      if (focus) (openIt ? $('button', menu) : opener).focus();
    };
    opener.addEventListener('click', () => toggle(menu.hidden));
    $('.bar', root).addEventListener('keydown', (event) => {
      if (menu.hidden) return;
      const items = $$('button', menu);
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Escape') toggle(false);
      else if (step) { event.preventDefault(); items[(items.indexOf(document.activeElement) + step + items.length) % items.length].focus(); }
    });
    $('.bar', root).addEventListener('focusout', (event) => { if (!menu.hidden && !$('.bar', root).contains(event.relatedTarget)) toggle(false, false); });
    document.addEventListener('pointerdown', (event) => { if (!menu.hidden && !$('.bar', root).contains(event.target)) toggle(false, false); });
    menu.addEventListener('click', (event) => {
      const what = event.target.closest('button')?.dataset.menu;
      if (!what) return;
      toggle(false);
      if (what === 'edit') this.#editLast();
      else if (what === 'block') this.act('block', { blocked: !this.person.blocked });
      else if (what.startsWith('/')) this.#say(this.chat, what);
      else this.act('send', { kind: what });
    });
  }

  async #submit() {
    const { box, chat } = this;
    const text = box.value.trim();
    if (!text || !chat) return;
    const { editing } = chat;
    this.#stopEditing('');
    this.#toEnd(chat);
    const well = await (editing ? this.act('edit', { message: editing, text }) : this.#say(chat, text));
    if (!well && this.chat === chat && !box.value) this.fill(text);
  }

  #editLast() {
    const mine = this.person?.chat.filter((m) => m.from === 'user' && !m.contact).at(-1);
    if (!mine) return this.#toast('There is no message of yours left to edit.', false);
    this.chat.editing = mine.id;
    $('.editing', this.root).hidden = false;
    this.box.value = $(`[data-message="${mine.id}"] .words`, this.chat.list)?.textContent ?? '';
    this.#grow();
    this.box.focus();
  }

  #stopEditing(text) {
    for (const chat of this.chats.values()) chat.editing = null;
    $('.editing', this.root).hidden = true;
    this.box.value = text;
    this.#grow();
  }

  #grow() {
    this.box.style.height = 'auto';
    const wanted = this.box.scrollHeight + 2;
    this.box.style.height = `${Math.min(wanted, 140)}px`;
    this.box.style.overflowY = wanted > 140 ? 'auto' : 'hidden';
  }
}

// The mailbox.

const mailbox = {
  root: $('#mail'), opened: new Set(), current: null, mails: [],

  show(world) {
    this.mails = world.mails;
    if (!this.mails.some((m) => m.id === this.current)) this.close();
    keyed($('ul', this.root), [...this.mails].reverse().map(({ id, to, subject, at: ms }) => ({ id, to, subject, at: ms, on: id === this.current, opened: this.opened.has(id) })), {
      key: (m) => m.id,
      make: (m) => {
        const button = h('button', { type: 'button', 'data-testid': 'mail', 'data-mail': m.id, 'data-to': m.to }, h('span', { class: 'to' }, m.to), at(m.at), h('span', { class: 'subject' }, m.subject), h('span', { class: 'sr' }));
        button.addEventListener('click', () => this.open(m.id));
        return h('li', {}, button);
      },
      update: (li, m) => {
        const button = li.firstChild;
        li.classList.toggle('fresh', !m.opened);
        button.lastChild.textContent = m.opened ? '' : ', unread';
        m.on ? button.setAttribute('aria-current', 'true') : button.removeAttribute('aria-current');
      },
    });
    $('.letters .empty', this.root).hidden = this.mails.length > 0;
    this.root.classList.toggle('has-none', this.mails.length === 0);
    this.showLinks();
  },

  unread() { return this.mails.filter((m) => !this.opened.has(m.id)).length; },

  open(id) {
    const mail = this.mails.find((m) => m.id === id);
    this.current = id;
    this.opened.add(id);
    $('.letter', this.root).hidden = false;
    this.root.classList.add('reading');
    $('#letter-subject').textContent = mail.subject;
    for (const part of ['from', 'to']) $(`[data-part=${part}]`, this.root).textContent = mail[part];
    $('pre', this.root).textContent = mail.text;
    $('.toggle', this.root).hidden = !mail.html;
    this.showSheet(mail);
    refresh();
    $('.letter', this.root).focus({ preventScroll: true });
  },

  close() {
    const was = this.current;
    this.current = null;
    $('.letter', this.root).hidden = true;
    this.root.classList.remove('reading');
    return was;
  },

  showSheet(mail) {
    const asHtml = mail.html && $('[name=mail-as]:checked', this.root).value === 'html';
    const frame = $('iframe', this.root);
    $('pre', this.root).hidden = asHtml;
    frame.hidden = !asHtml;
    if (!asHtml) return;
    frame.title = `Mail: ${mail.subject}`;
    // The page's policy forbids inline styles, and a srcdoc frame inherits it: they are carried over by script.
    const sheets = [':where(html){color-scheme:light;background:#fff;color:#1d2226;font:15px/1.5 system-ui,sans-serif} :where(body){margin:0;padding:16px;overflow-wrap:anywhere}'];
    const html = mail.html
      .replace(/<style\b[^>]*>([\s\S]*?)<\/style>/gi, (_, css) => { sheets.push(css); return ''; })
      .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\sstyle\s*=/gi, ' data-style='));
    frame.onload = () => {
      const inside = frame.contentDocument;
      inside.adoptedStyleSheets = sheets.map((css) => {
        const sheet = new frame.contentWindow.CSSStyleSheet();
        sheet.replaceSync(css);
        return sheet;
      });
      for (const element of $$('[data-style]', inside)) element.style.cssText = element.dataset.style;
      for (const a of $$('a[href]', inside)) a.addEventListener('click', (event) => {
        event.preventDefault();
        this.follow(a.href);
      });
      frame.dataset.shown = mail.id;
      new ResizeObserver(() => { frame.style.height = `${inside.documentElement.offsetHeight}px`; }).observe(inside.documentElement);
    };
    frame.srcdoc = html;
  },

  // The same links as plain buttons: they work where a frame's links do not, and say in whose phone they open.
  showLinks() {
    const mail = this.mails.find((m) => m.id === this.current);
    const links = mail && applicant.person ? [...new Set(`${mail.text} ${mail.html}`.replaceAll('&amp;', '&').match(LINK) ?? [])].filter(isTelegramLink) : [];
    keyed($('.links', this.root), links.map((href) => ({ href, who: applicant.person?.name })), {
      key: (l) => l.href,
      make: (l) => {
        const button = h('button', { type: 'button', class: 'plain', 'data-testid': 'mail-link', 'data-href': l.href });
        button.addEventListener('click', () => this.follow(l.href));
        return button;
      },
      update: (button, l) => { button.textContent = `Open the link in ${first(l.who ?? '')}’s phone`; },
    });
  },

  follow(href) {
    if (applicant.follow(href)) view('phone');
    else open(href, '_blank', 'noopener');
  },
};

// The SMS list and the group.

const sms = {
  root: $('#sms'), known: 0, texts: [],
  show(world) {
    this.texts = world.sms;
    keyed($('ul', this.root), [...world.sms].reverse(), {
      key: (s) => s.id,
      make: (s) => h('li', { 'data-testid': 'sms-item', 'data-to': s.to }, h('span', { class: 'to' }, s.to), at(s.at), h('p', {}, s.body), h('span', { class: 'from' }, `from ${s.from}`)),
    });
    $('.empty', this.root).hidden = world.sms.length > 0;
  },
  unread() { return this.texts.filter((s) => s.id > this.known).length; },
  seen() { this.known = Math.max(this.known, ...this.texts.map((s) => s.id)); },
};

const group = {
  root: $('#group'),
  show(world) {
    const { title, requests, members, invite_link } = world.group;
    $('#group-title').textContent = title;
    const invite = $('.invite', this.root);
    invite.hidden = !invite_link;
    invite.href = invite_link ?? '#';
    invite.textContent = (invite_link ?? '').replace(/^https?:\/\//, '');
    invite.title = applicant.person ? `Follow the invite link in ${first(applicant.person.name)}’s phone` : '';
    const person = (kind) => ({
      key: (p) => p.id,
      make: (p) => h('li', { class: kind, 'data-testid': kind, 'data-user': p.id }, avatar(p), h('span', { class: 'name' }), h('span', { class: 'role' })),
      update: (li, p) => {
        $('.name', li).textContent = p.name;
        $('.role', li).textContent = p.role;
        li.dataset.role = p.role;
      },
    });
    keyed($('[data-testid=requests]', this.root), requests.map((r) => ({ id: r.user, name: r.name, role: 'waiting' })), person('request'));
    keyed($('[data-testid=members]', this.root), [...members].reverse(), person('member'));
    $('.empty', this.root).hidden = requests.length > 0;
  },
};

// The house as a whole.

const applicant = new Phone($('#applicant'), {
  title: 'The applicant', several: 'applicants',
  nobody: 'There is nobody here yet. “New applicant” opens a phone.',
  standing: (p, { group: { title } }) => {
    const start = p.blocked ? [] : ['start'];
    if (p.member) return { text: `Member of ${title}`, ways: ['leave', ...start] };
    if (p.requested) return { text: 'At the gate', ways: ['cancel-request', ...start] };
    return { text: '', ways: ['request-join', ...start] };
  },
});
const admin = new Phone($('#admin'), {
  title: 'The group’s admin', several: 'admins', nobody: 'The group has no admin.',
  standing: (p, { group: { title } }) => ({ text: `Admin of ${title}`, ways: p.blocked ? [] : ['start'] }),
});
applicant.changed = () => refresh();

let world = null;

// The world's clock: the machine's, plus what was let pass.
let ahead = 0;
const worldNow = () => Date.now() + ahead;

function showTime() {
  const shown = $('[data-part=now]');
  const text = clock.format(worldNow());
  if (shown.textContent !== text) shown.textContent = text;
}

async function pass(seconds) {
  try {
    await post('/api/time', { seconds });
    await pull();
    $('#news').textContent = `It is ${clock.format(worldNow())} now.`;
  } catch (error) {
    tell(error.message, 'bad', 8000);
  }
}

function view(name) {
  document.body.dataset.view = name;
  for (const tab of $$('[data-show]')) tab.dataset.show === name ? tab.setAttribute('aria-current', 'true') : tab.removeAttribute('aria-current');
  if (world) refresh();
}

const onScreen = (name) => !document.hidden && (!narrow.matches || document.body.dataset.view === name);

function refresh() {
  showTime();
  applicant.show(world);
  admin.show(world);
  mailbox.show(world);
  sms.show(world);
  group.show(world);
  for (const phone of [applicant, admin]) { phone.late = true; if (onScreen(phone.root.dataset.of)) phone.seen(); }
  if (onScreen('sms')) sms.seen();
  for (const [name, text] of Object.entries({ password: world.hints.password, wrong_code: world.hints.wrong_code })) $(`[data-hint=${name}]`).textContent = text;
  for (const what of ['email', 'phone']) {
    const button = $(`[data-fill=${what}]`);
    button.textContent = applicant.person?.[what] ?? '';
    button.hidden = !button.textContent;
    button.setAttribute('aria-label', `Put ${button.textContent} in the box`);
  }
  const counts = { phone: applicant.unread(), mail: mailbox.unread(), sms: sms.unread(), group: world.group.requests.length, admin: admin.unread(), guide: 0 };
  for (const tab of $$('[data-show]')) {
    const count = counts[tab.dataset.show];
    let badge = $('.badge', tab);
    if (!count) badge?.remove();
    else {
      if (!badge) tab.append(badge = h('span', { class: 'badge' }));
      badge.replaceChildren(String(count), h('span', { class: 'sr' }, tab.dataset.show === 'group' ? ' waiting' : ' new'));
    }
  }
  $('[data-count=mail]').textContent = counts.mail ? `${counts.mail} unread` : '';
  $('[data-count=sms]').textContent = world.sms.length ? `${world.sms.length}` : '';
}

// Says in the page's own live region what happened outside of the chats.
function announce(before, now) {
  const said = [];
  for (const mail of now.mails) if (!before.mails.some((m) => m.id === mail.id)) said.push(`New mail to ${mail.to}: ${mail.subject}.`);
  for (const text of now.sms) if (!before.sms.some((s) => s.id === text.id)) said.push(`New SMS to ${text.to}.`);
  for (const member of now.group.members) if (!before.group.members.some((m) => m.id === member.id)) said.push(`${member.name} is now in ${now.group.title}.`);
  if (said.length) $('#news').textContent = said.join(' ');
}

const banner = $('#banner');
function tell(text, kind, ms) {
  clearTimeout(tell.timer);
  banner.hidden = !text;
  banner.className = `banner ${kind ?? ''}`;
  banner.textContent = text;
  if (ms) tell.timer = setTimeout(() => tell(''), ms);
}

async function fetchWorld() {
  const asked = performance.now();
  return Object.assign(await get('/api/world'), { asked });
}

// Shows a world, unless a newer one is shown already: that one then is as fresh as this fetch.
function take(now) {
  ahead = now.now - Date.now();
  if (world && now.born !== world.born) {
    for (const phone of [applicant, admin]) { phone.reset(); phone.late = false; }
    mailbox.opened.clear();
    sms.known = 0;
    world = null;
    tell('The demo was started anew: this is a fresh world.', 'good', 8000);
  }
  if (world && now.version < world.version) now = Object.assign(world, { asked: now.asked });
  if (world) announce(world, now);
  world = now;
  refresh();
}

// Fetches the world outside of the endless watch; that one tells of a server that does not answer.
const pull = () => fetchWorld().then(take, () => {});

// Follows the world for ever: fetch it, wait for a change, fetch it again.
async function watch() {
  let failures = 0;
  for (;;) {
    try {
      const now = await fetchWorld();
      if (failures) tell('Connected again.', 'good', 3000);
      failures = 0;
      take(now);
      document.documentElement.dataset.ready = 'true';
      while ((await get(`/api/changes?after=${world.version}`, 40_000)).version === world.version);
    } catch (error) {
      if (!(error instanceof TypeError || error.name === 'TimeoutError' || /answered/.test(error.message))) console.error(error);
      failures += 1;
      tell('The demo does not answer. Start it again in the terminal: this page comes back by itself.', 'bad');
      await new Promise((wake) => setTimeout(wake, Math.min(500 * failures, 3000)));
    }
  }
}

for (const tab of $$('[data-show]')) tab.addEventListener('click', () => view(tab.dataset.show));
for (const button of $$('[data-fill]')) button.addEventListener('click', () => {
  view('phone');
  applicant.fill(button.dataset.fill === 'password' ? world.hints.password : applicant.person?.[button.dataset.fill]);
});
for (const button of $$('[data-pass]')) button.addEventListener('click', () => pass(Number(button.dataset.pass)));
setInterval(() => { if (world) showTime(); }, 1000);
for (const choice of $$('[name=mail-as]')) choice.addEventListener('change', () => mailbox.showSheet(mailbox.mails.find((m) => m.id === mailbox.current)));
$('[data-testid=mail-back]').addEventListener('click', () => {
  const was = mailbox.close();
  refresh();
  $(`[data-mail="${was}"]`)?.focus();
});
$('.invite').addEventListener('click', (event) => {
  event.preventDefault();
  mailbox.follow(world.group.invite_link);
});
document.addEventListener('visibilitychange', () => { if (world) refresh(); });
narrow.addEventListener('change', () => { if (world) refresh(); });

const newcomer = $('#newcomer');
const opener = h('button', { type: 'button', class: 'plain newcomer', 'data-testid': 'new-applicant' }, icon('i-plus'), h('span', {}, 'New applicant'));
$('.owners h2', applicant.root).after(opener);
opener.addEventListener('click', () => {
  $('form', newcomer).reset();
  $('.problem', newcomer).textContent = '';
  newcomer.showModal();
});
$('[data-act=close]', newcomer).addEventListener('click', () => newcomer.close());
$('form', newcomer).addEventListener('submit', async (event) => {
  event.preventDefault();
  const { name, language } = Object.fromEntries(new FormData(event.target));
  try {
    const { id } = await post('/api/applicants', { name: name.trim(), language });
    newcomer.close();
    await pull();
    applicant.choose(id);
  } catch (error) {
    $('.problem', newcomer).textContent = error.message;
  }
});

view('phone');
watch();
