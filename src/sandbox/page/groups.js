// The groups: the card that shows one of them, and what an admin sets, sends and chooses in dialogs.

import { $, $$, avatar, first, h, house, keyed, post } from './dom.js';

// The card: who waits and who is in, and the links that lead in.

const root = $('#group');

export const gate = {
  chosen: null,

  // The group that the card shows.
  get group() { return house.world?.groups.find((group) => group.id === this.chosen) ?? house.world?.groups[0]; },

  // How the applicant comes in from here: null asks without a link.
  way() { return this.group.id === house.world.group.id ? null : this.group.invite_link; },
  asks() { const { group } = this; return group.id === house.world.group.id || group.links.find((link) => link.primary)?.asks; },
  invitation() { return this.group ? `${this.asks() ? 'Ask to join' : 'Join'} ${this.group.title}` : ''; },

  choose(id) {
    this.chosen = id;
    house.refresh();
  },

  show(world) {
    house.world = world;
    const { group } = this;
    if (!group) return;
    const tabs = $('[data-testid=groups]', root);
    tabs.hidden = world.groups.length < 2;
    keyed(tabs, world.groups.map(({ id, title, requests }) => ({ id, title, on: id === group.id, waiting: requests.length })), {
      key: (g) => g.id,
      make: (g) => {
        const button = h('button', { type: 'button', 'data-testid': 'group-tab', 'data-group': g.id }, h('span', {}), h('span', { class: 'sr' }));
        button.addEventListener('click', () => this.choose(g.id));
        return button;
      },
      update: (button, g) => {
        button.firstChild.textContent = g.title;
        button.setAttribute('aria-pressed', g.on);
        button.classList.toggle('fresh', !g.on && g.waiting > 0);
        button.lastChild.textContent = g.waiting ? `, ${g.waiting} waiting` : '';
      },
    });
    $('#group-title').textContent = group.title;
    const primary = group.links.find((link) => link.primary);
    this.link($('.invite', root), group.invite_link);
    $('[data-part=primary]', root).textContent = primary?.asks ? '' : 'lets in at once';
    const person = (kind) => ({
      key: (p) => p.id,
      make: (p) => h('li', { class: kind, 'data-testid': kind, 'data-user': p.id }, avatar(p), h('span', { class: 'name' }), h('span', { class: 'role' })),
      update: (li, p) => {
        $('.name', li).textContent = p.name;
        $('.role', li).textContent = p.muted ? 'muted' : p.anonymous ? 'admin, anonymous' : p.role;
        li.dataset.role = p.muted ? 'muted' : p.role;
      },
    });
    keyed($('[data-testid=requests]', root), group.requests.map((r) => ({ id: r.user, name: r.name, role: 'waiting' })), person('request'));
    keyed($('[data-testid=members]', root), [...group.members].reverse(), person('member'));
    $('.empty', root).hidden = group.requests.length > 0;
    const links = group.links.filter((link) => !link.primary);
    $('[data-part=links]', root).hidden = !links.length;
    keyed($('[data-testid=links]', root), links, {
      key: (l) => l.url,
      make: () => h('li', {}, h('a', { class: 'invite', 'data-testid': 'further-link' }), h('span', { class: 'role' })),
      update: (li, l) => {
        this.link(li.firstChild, l.url);
        li.lastChild.textContent = l.asks ? 'asks first' : 'lets in at once';
      },
    });
  },

  // An invite link that is followed in the applicant's phone.
  link(a, url) {
    const who = house.applicant?.person;
    a.hidden = !url;
    a.href = url ?? '#';
    a.textContent = (url ?? '').replace(/^https?:\/\//, '');
    a.title = who ? `Follow the invite link in ${first(who.name)}’s phone` : '';
    a.onclick = (event) => {
      event.preventDefault();
      if (house.applicant.follow(url)) house.view('phone');
    };
  },
};

// One dialog for everything that has to be filled in or chosen.

const dialog = $('#dialog');
const form = $('form', dialog);
let onSubmit = null;

// Shows these fields; `submit` is given what was filled in. Without one there is nothing to confirm.
function ask({ title, testid, fields, label, submit, close = 'Cancel' }) {
  dialog.dataset.testid = testid;
  $('h2', dialog).textContent = title;
  $('.fields', dialog).replaceChildren(...fields);
  problem('');
  const button = $('[type=submit]', dialog);
  button.hidden = !submit;
  button.textContent = label ?? '';
  $('[data-act=close]', dialog).textContent = close;
  onSubmit = submit;
  if (!dialog.open) dialog.showModal();
}

const problem = (text) => { $('.problem', dialog).textContent = text; };

$('[data-act=close]', dialog).addEventListener('click', () => dialog.close());
dialog.addEventListener('close', () => { settings.phone = null; });
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  try {
    await onSubmit?.(Object.fromEntries(new FormData(form)));
    dialog.close();
    await house.pull();
  } catch (error) {
    problem(error.message);
  }
});

const field = (text, input) => h('label', { class: 'field' }, text, input);
const option = (type, name, value, text, checked = false) => h('label', { class: 'choice' }, h('input', { type, name, value, checked }), h('span', {}, text));

// Lets somebody choose one of these groups.
export function choose(title, groups, chosen) {
  const buttons = groups.map((group) => {
    const button = h('button', { type: 'button', class: 'plain wide', 'data-testid': 'choose-group', 'data-group': group.id }, group.title);
    button.addEventListener('click', () => { dialog.close(); chosen(group); });
    return button;
  });
  ask({ title, testid: 'choose', fields: groups.length ? buttons : [h('p', { class: 'hush' }, 'No group of theirs is what is asked for.')] });
}

export function openFound(phone) {
  if (!phone.person) return;
  const name = h('input', { name: 'username', maxLength: 32, autocomplete: 'off', pattern: '[A-Za-z0-9_]{4,32}' });
  const named = field('Its name, as in t.me/name', name);
  named.hidden = true;
  const kinds = h('fieldset', {}, h('legend', {}, 'Who finds it'),
    option('radio', 'kind', 'private', 'Private', true), option('radio', 'kind', 'public', 'Public'), option('radio', 'kind', 'basic', 'Basic group'));
  kinds.addEventListener('change', () => { named.hidden = form.kind.value !== 'public'; });
  ask({
    title: `A new group of ${first(phone.person.name)}’s`, testid: 'found', label: 'Make the group',
    fields: [field('Title', h('input', { name: 'title', required: true, maxLength: 64, autocomplete: 'off' })), kinds, named],
    submit: async ({ title, kind, username }) => {
      const { id } = await post(`/api/users/${phone.person.id}/found-group`, { title, kind, username: username || null });
      await house.pull();
      gate.choose(id);
      phone.enter(id);
    },
  });
}

export function openFile(phone) {
  const text = h('textarea', { name: 'text', rows: 7, required: true, spellcheck: false, placeholder: 'nora@example.org\nmia@example.org' });
  const name = h('input', { name: 'name', value: 'roster.csv', required: true, maxLength: 64, autocomplete: 'off' });
  const pick = h('input', { type: 'file', accept: '.csv,.txt,text/*' });
  pick.addEventListener('change', async () => {
    const [file] = pick.files;
    if (!file) return;
    name.value = file.name;
    text.value = await file.text();
  });
  ask({
    title: 'Send a file to the bot', testid: 'file-dialog', label: 'Send',
    fields: [field('What is in it, one address a line', text), field('Or take it from this machine', pick), field('Its name', name)],
    submit: (filled) => post(`/api/users/${phone.person.id}/send-file`, { name: filled.name, text: filled.text.replaceAll('\r\n', '\n') }),
  });
}

export function openForward(phone) {
  const people = [...house.world.applicants, ...house.world.admins].filter((p) => p.id !== phone.person.id);
  const who = h('select', { name: 'person' }, ...people.map((p) => h('option', { value: p.id }, p.name)));
  if (house.applicant.person) who.value = house.applicant.person.id;
  ask({
    title: 'Forward a message to the bot', testid: 'forward', label: 'Forward',
    fields: [field('Who wrote it', who), field('What they wrote', h('input', { name: 'text', required: true, value: 'Can you let me in, please?', autocomplete: 'off' }))],
    submit: ({ person, text }) => post(`/api/users/${phone.person.id}/forward`, { person: Number(person), text }),
  });
}

// What an admin sets in a group. It follows the world as long as it is open.

const RIGHTS = { can_invite_users: 'Invite users via link', can_restrict_members: 'Ban users', can_delete_messages: 'Delete messages' };

export const settings = {
  phone: null, id: null, signature: '',

  async do(what, body = {}) {
    problem('');
    try {
      await post(`/api/groups/${this.id}/${what}`, { by: this.phone.person.id, ...body });
    } catch (error) {
      problem(error.message);
    }
    await house.pull();
    this.show();
  },

  show() {
    if (!this.phone || !dialog.open) return;
    const group = house.world.groups.find((known) => known.id === this.id);
    if (!group) return dialog.close();
    const outside = house.world.applicants.filter((p) => !group.members.some((m) => m.id === p.id));
    const me = group.members.find((m) => m.id === this.phone.person?.id);
    const { present, rights } = group.bot;
    const on = { approves: group.approves, 'members-may-add': group.members_may_add, anonymous: Boolean(me?.anonymous), ...rights };
    // Only what is there at all is built anew; what is merely on or off is set in place.
    const further = group.links.filter((link) => !link.primary);
    const signature = JSON.stringify([group.id, group.title, group.kind, present, Boolean(rights), further, outside.map((p) => [p.id, p.name])]);
    const switches = () => { for (const box of $$('input[type=checkbox]', dialog)) box.checked = on[box.dataset.testid]; };
    if (signature === this.signature) return switches();
    const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.testid : null;
    const { scrollTop } = $('.fields', dialog);
    this.signature = signature;
    const toggle = (testid, text, change) => {
      const label = option('checkbox', '', '', text);
      Object.assign(label.firstChild.dataset, { testid });
      label.firstChild.addEventListener('change', (event) => change(event.target.checked));
      return label;
    };
    const button = (testid, text, act, kind = 'plain') => {
      const element = h('button', { type: 'button', class: kind, 'data-testid': testid }, text);
      element.addEventListener('click', act);
      return element;
    };
    const section = (title, ...children) => h('section', {}, h('h3', {}, title), ...children);
    const part = [];
    part.push(section('The group',
      toggle('approves', 'Approve new members', (approves) => this.do('settings', { approves })),
      toggle('members-may-add', 'Members may add people', (may) => this.do('settings', { members_may_add: may })),
      ...(group.kind === 'supergroup' ? [toggle('anonymous', `${first(this.phone.person.name)} stays anonymous`, (anonymous) => this.do('settings', { anonymous }))]
        : [button('upgrade', 'Make it a supergroup', () => this.do('upgrade'))])));
    part.push(section('The bot', ...this.bot(group, toggle, button)));
    if (outside.length) {
      const who = h('select', { 'data-testid': 'whom', 'aria-label': 'Whom' }, ...outside.map((p) => h('option', { value: p.id }, p.name)));
      part.push(section('Add somebody', h('div', { class: 'row' }, who, button('add-person', 'Add', () => this.do('add', { user: Number(who.value) })))));
    }
    part.push(section('Links',
      ...further.map((link) => h('div', { class: 'row' },
        h('span', { class: 'name' }, `${link.url.replace('https://', '')}, ${link.asks ? 'asks first' : 'lets in at once'}`),
        button('end-link', 'End', () => this.do('end-link', { url: link.url })))),
      button('new-link', 'New link that lets in at once', () => this.do('links', { asks: false }))));
    const said = $('.problem', dialog).textContent;
    ask({ title: group.title, testid: 'settings', fields: part, close: 'Done' });
    problem(said);
    switches();
    $('.fields', dialog).scrollTop = scrollTop;
    if (focused) $(`[data-testid="${focused}"]`, dialog)?.focus({ preventScroll: true });
  },

  bot(group, toggle, button) {
    const { present, rights } = group.bot;
    // What it has at the moment of the change, not of the showing.
    const had = () => Object.entries(house.world.groups.find((known) => known.id === this.id)?.bot.rights ?? {}).filter(([, may]) => may).map(([name]) => name);
    const admin = (names) => this.do('bot', { becomes: 'admin', rights: names });
    const all = Object.keys(RIGHTS);
    const remove = button('remove-bot', 'Remove', () => this.do('bot', { becomes: 'removed' }));
    if (!present) return [h('div', { class: 'row' }, button('add-bot', 'Add as member', () => this.do('bot', { becomes: 'member' })), button('add-bot-admin', 'Add as administrator', () => admin(all), 'primary'))];
    if (!rights) return [h('p', { class: 'hush' }, 'An ordinary member.'), h('div', { class: 'row' }, remove, button('promote-bot', 'Make administrator', () => admin(all), 'primary'))];
    const each = Object.entries(RIGHTS).map(([name, text]) => toggle(name, text, (may) => admin(may ? [...had(), name] : had().filter((known) => known !== name))));
    return [...each, h('div', { class: 'row' }, remove, button('demote-bot', 'Make a member', () => this.do('bot', { becomes: 'member' })))];
  },
};

export function openSettings(phone, id) {
  Object.assign(settings, { phone, id, signature: '' });
  ask({ title: '', testid: 'settings', fields: [], close: 'Done' });
  settings.show();
}
