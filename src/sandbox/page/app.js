// The demo's page: shows the world that /api/world describes, and acts in it as its people. This is
// the house as a whole; its parts are in the files beside.

import { $, $$, clock, get, h, house, icon, narrow, post, worldNow } from './dom.js';
import { gate, openFound, settings } from './groups.js';
import { Phone } from './phone.js';
import { mailbox, sms } from './post.js';

const applicant = new Phone($('#applicant'), {
  title: 'The applicant', several: 'applicants',
  nobody: 'There is nobody here yet. “New applicant” opens a phone.',
  standing: (p) => {
    const start = p.blocked ? [] : ['start'];
    const { group } = gate;
    if (!group) return { text: '', ways: start };
    if (group.members.some((m) => m.id === p.id)) return { text: `Member of ${group.title}`, ways: ['leave', ...start] };
    if (group.requests.some((r) => r.user === p.id)) return { text: 'At the gate', ways: ['cancel-request', ...start] };
    return { text: '', ways: ['request-join', ...start] };
  },
});
const admin = new Phone($('#admin'), {
  title: 'The group’s admin', several: 'admins', nobody: 'The group has no admin.', manages: true,
  standing: (p) => ({ text: `Admin of ${admin.groups.map((group) => group.title).join(', ')}`, ways: p.blocked ? [] : ['start'] }),
});

let world = null;

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
  gate.show(world);
  applicant.show(world);
  admin.show(world);
  mailbox.show(world);
  sms.show(world);
  settings.show();
  for (const phone of [applicant, admin]) { phone.late = true; if (onScreen(phone.root.dataset.of)) phone.seen(); }
  if (onScreen('sms')) sms.seen();
  for (const [name, text] of Object.entries({ password: world.hints.password, wrong_code: world.hints.wrong_code })) $(`[data-hint=${name}]`).textContent = text;
  for (const what of ['email', 'phone']) {
    const button = $(`[data-fill=${what}]`);
    button.textContent = applicant.person?.[what] ?? '';
    button.hidden = !button.textContent;
    button.setAttribute('aria-label', `Put ${button.textContent} in the box`);
  }
  const counts = { phone: applicant.unread(), mail: mailbox.unread(), sms: sms.unread(), group: world.groups.reduce((sum, group) => sum + group.requests.length, 0), admin: admin.unread(), guide: 0 };
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
  for (const group of now.groups) {
    const old = before.groups.find((known) => known.id === group.id);
    for (const member of group.members) if (old && !old.members.some((m) => m.id === member.id)) said.push(`${member.name} is now in ${group.title}.`);
  }
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
  house.ahead = now.now - Date.now();
  if (world && now.born !== world.born) {
    for (const phone of [applicant, admin]) { phone.reset(); phone.late = false; }
    mailbox.opened.clear();
    sms.known = 0;
    world = null;
    tell('The demo was started anew: this is a fresh world.', 'good', 8000);
  }
  if (world && now.version < world.version) now = Object.assign(world, { asked: now.asked });
  if (world) announce(world, now);
  world = house.world = now;
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

const founder = h('button', { type: 'button', class: 'plain newcomer', 'data-testid': 'new-group' }, icon('i-plus'), h('span', {}, 'New group'));
$('.owners h2', admin.root).after(founder);
founder.addEventListener('click', () => openFound(admin));

Object.assign(house, { applicant, admin, gate, refresh, pull, view });
view('phone');
watch();
