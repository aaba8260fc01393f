// A phone: the chat between the bot and one of several people, and the groups that they are in.

import { $, $$, at, avatar, first, h, house, icon, initials, isGroupLink, isTelegramLink, keyed, post, rich, sized, worldNow } from './dom.js';
import { choose, openFile, openForward, openSettings } from './groups.js';

// One message as a list item, and what is in it. `who`: said to those who cannot see the sides.
function bubble(message, who, side) {
  if (message.from === 'service') return h('li', { class: 'message service', 'data-testid': 'message', 'data-from': 'service', 'data-message': message.id }, h('div', { class: 'words', 'data-testid': 'words' }));
  return h('li', { class: `message ${side}`, 'data-testid': 'message', 'data-from': message.from, 'data-message': message.id },
    h('div', { class: 'bubble' },
      h('span', { class: 'sr' }, `${who}: `),
      h('div', { class: 'words', 'data-testid': 'words' }),
      h('span', { class: 'foot' }, h('span', { class: 'edited' }), at(message.at))),
    h('div', { class: 'buttons' }));
}

// `act.follow` opens a link, `act.press` a button; `act.file` is where a file is had from.
function fillBubble(li, message, before, act) {
  const words = $('.words', li);
  const said = ({ html, contact, file }) => JSON.stringify([html, contact, file]);
  if (!before || said(message) !== said(before)) {
    const { contact, file } = message;
    const shown = contact
      ? h('div', { class: 'contact' }, avatar({ id: 0, name: contact.name }), h('div', {}, h('strong', {}, contact.name), h('span', {}, contact.phone)))
      : rich(message.html, act.follow);
    words.replaceChildren(...(file ? [sheet(file, act.file?.(message))] : []), shown);
    if (before) { li.classList.remove('changed'); void li.offsetWidth; li.classList.add('changed'); }
  }
  if (message.from === 'service') return;
  $('.edited', li).textContent = message.edited ? 'edited ' : '';
  if (JSON.stringify(message.buttons) === JSON.stringify(before?.buttons)) return;
  $('.buttons', li).replaceChildren(...(message.buttons ?? []).map((row) => h('div', {}, ...row.map((button) => {
    const element = h('button', { type: 'button', 'data-testid': 'inline-button', 'data-data': button.data ?? '', 'data-url': button.url ?? '' }, button.text);
    element.addEventListener('click', () => {
      if (!button.url) act.press(message.id, button.data);
      else if (!act.follow(button.url)) open(button.url, '_blank', 'noopener');
    });
    return element;
  }))));
}

// A file's name and size; with an address, to be taken home.
function sheet({ name, size }, href) {
  const inside = [icon('i-file'), h('span', {}, h('strong', {}, name), h('span', {}, sized(size)))];
  return href ? h('a', { class: 'file', href, download: name, 'data-testid': 'file' }, ...inside) : h('span', { class: 'file', 'data-testid': 'file' }, ...inside);
}

export class Phone {
  people = [];
  person = null;
  chats = new Map();
  rooms = new Map(); // by person: the group whose chat is open, if one is
  read = new Map(); // by person and group: the newest message seen
  static typed = 0;

  constructor(root, { title, several, nobody, standing, manages }) {
    Object.assign(this, { root, title, several, standing, manages });
    root.append($('#phone-template').content.cloneNode(true));
    $('h2', root).id = `${root.id}-title`;
    $('.people-row', root).setAttribute('aria-labelledby', `${root.id}-title`);
    $('.nobody', root).textContent = nobody;
    this.box = $('textarea', root);
    this.toastLine = $('.toast', root);
    this.alertBox = $('.alert', root);
    this.roomLog = $('.room', root);
    this.#wire();
  }

  get chat() { return this.chats.get(this.person?.id); }

  // The groups that the person is in, and the one that is open.
  get groups() { return this.world.groups.filter((group) => group.members.some((m) => m.id === this.person?.id)); }
  get room() { return this.groups.find((group) => group.id === this.rooms.get(this.person?.id)); }

  enter(id) {
    if (!this.person) return;
    if (id) this.rooms.set(this.person.id, id);
    else this.rooms.delete(this.person.id);
    this.#stopEditing('');
    this.#showPerson();
    const log = id ? this.roomLog : this.chat.log;
    log.scrollTop = log.scrollHeight;
    house.refresh();
  }

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
    house.refresh();
  }

  reset() {
    for (const id of [...this.chats.keys()]) this.#forget(id);
    this.#hideAlert();
    this.#hideToast();
    this.#stopEditing('');
  }

  unread() { return [...this.chats.values()].reduce((sum, chat) => sum + chat.unread, 0); }

  // Marks what is on the screen as read.
  seen() { if (this.chat && !this.room) this.chat.unread = 0; this.#showOwners(); }

  fill(text) {
    if (!this.person) return;
    this.#stopEditing(text);
    this.box.focus();
  }

  follow = (href) => {
    if (isGroupLink(href) && this.person) {
      choose('Add the bot to which group?', this.groups, (group) => this.act('open-in-group', { url: href, group: group.id }));
      return true;
    }
    if (!isTelegramLink(href)) return false;
    this.rooms.delete(this.person?.id);
    this.act('open', { url: href });
    return true;
  };

  // Acts as the person of this phone. One at a time, in order, as a phone does.
  async act(what, body) {
    if (!this.person) return false;
    return this.#doing(`/api/users/${this.person.id}/${what}`, body);
  }

  // Does something in a group, as the person of this phone.
  async actIn(group, what, body) {
    if (!this.person) return false;
    return this.#doing(`/api/groups/${group}/${what}`, { by: this.person.id, ...body });
  }

  #doing(path, body) {
    const doing = (this.last ?? Promise.resolve()).then(() => post(path, body));
    this.last = doing.catch(() => {});
    return doing.then(() => true, (error) => { this.#toast(error.message, true); return false; });
  }

  // What is shown.

  #showOwners() {
    // One admin alone needs no row to be chosen from.
    const alone = this.manages && this.people.length === 1;
    $('h2', this.root).textContent = alone ? this.people[0].name : this.title;
    const row = $('.people-row', this.root);
    row.hidden = alone;
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
    const { room } = this;
    const to = room?.title ?? world.bot.name;
    $('[data-part=bot]', root).textContent = to;
    $('[data-part=state]', root).textContent = room ? `${room.members.length} members` : person.typing ? 'typing …' : 'bot';
    this.box.setAttribute('aria-label', `Message from ${first(person.name)} to ${to}`);
    root.classList.toggle('in-group', Boolean(room));
    const face = $('[data-part=face]', root);
    face.className = room ? `avatar hue-${Math.abs(room.id) % 6}` : 'avatar bot';
    room ? face.replaceChildren(initials(room.title)) : face.replaceChildren(icon('mark'));
    this.#showRooms();
    this.#showRoom();
    $('[data-act=menu] .sr', root).textContent = `Menu of ${first(person.name)}’s phone`;
    for (const [id, chat] of this.chats) chat.log.hidden = Boolean(room) || id !== person.id;
    const { text, ways } = room ? this.#standingIn(room) : this.standing(person, world);
    const standing = $('[data-part=standing]', root);
    standing.textContent = text;
    standing.title = text;
    for (const button of $$('[data-way]', root)) button.hidden = !ways.includes(button.dataset.way);
    $('[data-way=request-join]', root).textContent = house.gate.invitation();
    const blocked = person.blocked && !room;
    root.classList.toggle('is-blocked', blocked);
    $('.composer', root).hidden = blocked;
    $('.blocked', root).hidden = !blocked;
    $('[data-menu=block]', root).textContent = person.blocked ? 'Unblock the bot' : 'Block the bot';
    this.#showCommands();
    this.#showKeys(room ? null : person.reply_keyboard);
    $('.newest', root).hidden = Boolean(room) || this.chat.stick;
  }

  #standingIn(room) {
    const me = room.members.find((m) => m.id === this.person.id);
    if (me.role === 'admin') return { text: me.anonymous ? 'Admin, anonymous' : 'Admin', ways: this.manages ? ['settings'] : ['leave'] };
    return { text: me.muted ? 'You are muted in this group' : 'Member', ways: ['leave'] };
  }

  // The commands that the bot has registered for this person stand in the menu.
  #showCommands() {
    keyed($('[data-part=commands]', this.root), this.person.commands, {
      key: (c) => c.name,
      make: (c) => h('li', {}, h('button', { type: 'button', 'data-menu': `/${c.name}` }, h('code', {}, `/${c.name}`), h('span', {}))),
      update: (li, c) => { $('span', li).textContent = c.description; },
    });
  }

  #showKeys(keyboard) {
    const keys = (keyboard?.rows ?? []).map((row) => row.filter((key) => key.does !== 'contact')).filter((row) => row.length);
    $('.keyboard', this.root).hidden = !keyboard;
    const share = $('[data-act=share-contact]', this.root);
    share.textContent = keyboard?.share_contact ?? '';
    share.hidden = !keyboard?.share_contact;
    keyed($('.keys', this.root), keys, {
      key: (row) => row.map((key) => key.text).join('\n'),
      make: (row) => h('div', {}, ...row.map((key) => {
        const button = h('button', { type: 'button', 'data-testid': 'key', 'data-does': key.does }, key.text);
        button.addEventListener('click', () => this.#pressKey(key.text));
        return button;
      })),
    });
  }

  #pressKey(text) {
    const key = this.person.reply_keyboard?.rows.flat().find((known) => known.text === text);
    if (key?.does !== 'chat') return this.act('press-key', { key: text });
    const fitting = this.world.groups.filter((group) => key.groups?.includes(group.id));
    return choose(text, fitting, (group) => this.act('share-chat', { key: text, group: group.id }));
  }

  // The row of chats: the bot's, and one for each group.
  #showRooms() {
    const { groups, room, person } = this;
    const row = $('.rooms', this.root);
    row.hidden = !groups.length;
    const newest = (group) => group.chat.at(-1)?.id ?? 0;
    for (const group of groups) {
      const key = `${person.id}/${group.id}`;
      if (group === room || !this.read.has(key)) this.read.set(key, newest(group));
    }
    const chats = [{ id: 0, title: this.world.bot.name, on: !room, fresh: Boolean(room) && this.chat.unread > 0 },
      ...groups.map((group) => ({ id: group.id, title: group.title, on: group === room, fresh: newest(group) > this.read.get(`${person.id}/${group.id}`) }))];
    keyed(row, chats, {
      key: (c) => c.id,
      make: (c) => {
        const button = h('button', { type: 'button', 'data-testid': 'room', 'data-group': c.id }, h('span', {}), h('span', { class: 'sr' }));
        button.addEventListener('click', () => this.enter(c.id));
        return button;
      },
      update: (button, c) => {
        button.firstChild.textContent = c.id ? c.title : 'Bot';
        button.setAttribute('aria-pressed', c.on);
        button.classList.toggle('fresh', c.fresh);
        button.lastChild.textContent = c.fresh ? ', something new' : '';
      },
    });
  }

  #showRoom() {
    const { room, roomLog } = this;
    roomLog.hidden = !room;
    if (!room) return;
    const key = `${this.person.id}/${room.id}`;
    const other = roomLog.dataset.room !== key;
    const atEnd = other || roomLog.scrollHeight - roomLog.scrollTop - roomLog.clientHeight < 90;
    if (other) $('ol', roomLog).replaceChildren();
    roomLog.dataset.room = key;
    roomLog.setAttribute('aria-label', `Chat of ${room.title}`);
    const mine = (message) => message.author.id === this.person.id;
    const act = {
      follow: this.follow,
      press: (message, data) => this.actIn(room.id, 'press', { message, data }),
    };
    keyed($('ol', roomLog), room.chat, {
      key: (m) => m.id,
      make: (m) => {
        const li = bubble(m, mine(m) ? 'You' : m.author.name, mine(m) ? 'user' : 'bot');
        if (!mine(m)) $('.bubble', li)?.prepend(h('strong', { class: `author hue-${Math.abs(m.author.id) % 6}` }, m.author.name));
        return li;
      },
      update: (li, m, before) => {
        fillBubble(li, m, before, act);
        $('q', li)?.remove();
        if (m.answers) $('.words', li).prepend(h('q', {}, m.answers));
      },
    });
    if (atEnd) roomLog.scrollTop = roomLog.scrollHeight;
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
    const act = {
      follow: this.follow,
      press: (message, data) => this.act('press', { message, data }),
      file: (message) => `/api/users/${person.id}/files/${message.id}`,
    };
    this.#settle(chat, person);
    const lostFocus = keyed(chat.list, [...person.chat, ...chat.pending], {
      key: (m) => m.id,
      make: (m) => bubble(m, m.from === 'bot' ? this.world.bot.name : 'You', m.from),
      update: (li, m, before) => fillBubble(li, m, before, act),
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
    await house.pull();
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
      const { room } = this;
      this.#toEnd(this.chat);
      if (way === 'start') this.#say(this.chat, '/start');
      else if (way === 'settings') openSettings(this, room.id);
      else if (way === 'request-join') this.act(way, { link: house.gate.way() });
      else this.act(way, { group: (room ?? house.gate.group).id });
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
      else if (what === 'file') openFile(this);
      else if (what === 'forward') openForward(this);
      else if (what.startsWith('/')) this.#say(this.chat, what);
      else this.act('send', { kind: what });
    });
  }

  async #submit() {
    const { box, chat } = this;
    const text = box.value.trim();
    if (!text || !chat) return;
    const { room } = this;
    if (room) {
      this.#stopEditing('');
      if (!await this.actIn(room.id, 'say', { text }) && this.room === room && !box.value) this.fill(text);
      return;
    }
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

