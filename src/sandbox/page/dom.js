// What all parts of the page share: finding and making elements, asking the server, Telegram's HTML, and the house.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
export const narrow = matchMedia('(max-width: 759px)');

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (name === 'class') element.className = value;
    else if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('aria-hidden', 'true');
  svg.append(document.createElementNS(svg.namespaceURI, 'use'));
  svg.firstChild.setAttribute('href', `#${name}`);
  return svg;
}

export const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
export const at = (ms) => h('time', { dateTime: new Date(ms).toISOString() }, clock.format(ms));
export const first = (name) => name.split(' ')[0];
export const initials = (name) => name.split(/\s+/).slice(0, 2).map((word) => [...word][0] ?? '').join('').toUpperCase();
export const avatar = (person) => h('span', { class: `avatar hue-${Math.abs(person.id) % 6}`, 'aria-hidden': 'true' }, initials(person.name));

// Makes the children of `parent` match `items` by key, touching only what differs: focus and scroll survive.
export function keyed(parent, items, { key, make, update = () => {}, leave = (element) => element.remove() }) {
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

export async function get(path, ms = 10_000) {
  const answer = await fetch(path, { signal: deadline(ms), cache: 'no-store' });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
}

// Ends with the answer, or throws a sentence that can be shown.
export async function post(path, body = {}) {
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
export const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/g;

export function rich(html, follow) {
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
export const isTelegramLink = (href) => /^https?:\/\/t\.me\/(\+|joinchat\/|\w+\?start=)/i.test(href);

// A link of the bot that wants to know a group first.
export const isGroupLink = (href) => /^https?:\/\/t\.me\/\w+\?startgroup\b/i.test(href);

// The house: what is shown now, and what its parts need of each other. app.js fills it.
export const house = { world: null, ahead: 0 };
// The world's clock: the machine's, plus what was let pass.
export const worldNow = () => Date.now() + house.ahead;
export const sized = (bytes) => (bytes < 1024 ? `${bytes} bytes` : `${Math.round(bytes / 102.4) / 10} KB`);
