// The mailbox and the SMS list.

import { $, $$, LINK, at, first, h, house, isTelegramLink, keyed } from './dom.js';

export const mailbox = {
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
    house.refresh();
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
    const links = mail && house.applicant.person ? [...new Set(`${mail.text} ${mail.html}`.replaceAll('&amp;', '&').match(LINK) ?? [])].filter(isTelegramLink) : [];
    keyed($('.links', this.root), links.map((href) => ({ href, who: house.applicant.person?.name })), {
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
    if (house.applicant.follow(href)) house.view('phone');
    else open(href, '_blank', 'noopener');
  },
};

// The SMS list.

export const sms = {
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
