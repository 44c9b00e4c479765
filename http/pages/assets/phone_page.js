// The demo's phone: the messages that people would get, and an authenticator app.
import {call, now} from './api.js';
import {handle_form} from './form.js';
import {prepare_page} from './page.js';
import {duration_text, fill_texts, moment_text, set_text, text} from './texts.js';
import {PERIOD_S, code_at, read_account, read_secret} from './totp.js';
import {announce, copy, copy_of, on_click, part, show} from './view.js';

const ASK_EVERY_MS = 2_000;
const ACCOUNTS_MAX = 20;
const KEPT_AS = 'tweestap-demo-authenticator';  // in this tab only, and only here: these secrets protect nothing

function clone(name) {
  const element = copy_of(name);
  fill_texts(element);
  return element;
}

// Messages

const key_of = ({at, to, text: words}) => `${at} ${to} ${words}`;

function message_element(message) {
  const element = clone('message');
  part(element, 'time').dateTime = message.at;
  part(element, 'time').textContent = moment_text(message.at);
  part(element, 'to').textContent = message.to;
  part(element, 'text').textContent = message.text;
  const button = part(element, 'copy');
  button.hidden = message.code === undefined;
  if (message.code) {
    set_text(button, 'demo.copy_code', {code: message.code});
    button.addEventListener('click', () => copy(message.code));
  }
  return element;
}

// Only what is new is put in: whoever reads or has the focus on a message keeps it.
function show_messages(view, messages) {
  const list = part(view, 'messages');
  const shown = new Map([...list.children].map((element) => [element.dataset.key, element]));
  const is_first = list.dataset.asked === undefined;
  list.dataset.asked = '';
  let before = null;
  let fresh = 0;
  for (const message of messages.toReversed()) {
    const key = key_of(message);
    let element = shown.get(key);
    if (!element) {
      element = message_element(message);
      element.dataset.key = key;
      list.insertBefore(element, before);
      fresh += 1;
    }
    shown.delete(key);
    before = element;
  }
  for (const gone of shown.values()) gone.remove();
  part(view, 'none').hidden = messages.length > 0;
  list.hidden = messages.length === 0;
  if (fresh > 0 && !is_first) announce(text('demo.new_message', {text: messages[0].text}));
}

async function ask_for_messages(view) {
  if (!document.hidden) {
    const answer = await call('GET', '/demo/messages');
    part(view, 'trouble').hidden = answer.ok;
    if (answer.ok) show_messages(view, answer.body.messages);
  }
  setTimeout(ask_for_messages, ASK_EVERY_MS, view);
}

// Authenticator

const kept_accounts = () => JSON.parse(sessionStorage.getItem(KEPT_AS) ?? '[]');
const keep_accounts = (accounts) => sessionStorage.setItem(KEPT_AS, JSON.stringify(accounts));

function show_accounts(view) {
  const list = part(view, 'accounts');
  const accounts = kept_accounts();
  list.hidden = accounts.length === 0;
  list.replaceChildren(...accounts.map((account, index) => account_element(account, index, view)));
}

function account_element({name, secret}, index, view) {
  const element = clone('secret-account');
  const called = name || text('demo.account', {number: index + 1});
  part(element, 'name').textContent = called;
  for (const button of ['copy', 'remove']) {
    part(element, button).setAttribute('aria-label', text(`demo.${button}_name`, {name: called}));
  }
  on_click(element, 'copy', () => copy(part(element, 'code').dataset.code));
  on_click(element, 'remove', () => {
    keep_accounts(kept_accounts().filter((_, other) => other !== index));
    show_accounts(view);
    view.querySelector('#secret').focus();
    announce(text('demo.removed', {name: called}));
  });
  run_codes(element, read_secret(secret));
  return element;
}

async function run_codes(element, secret) {
  const time_ms = now();
  const code = await code_at(secret, time_ms);
  const left_s = PERIOD_S - (Math.floor(time_ms / 1000) % PERIOD_S);
  part(element, 'code').dataset.code = code;
  part(element, 'code').textContent = code.replace(/(...)/, '$1 ');
  part(element, 'progress').value = left_s;
  set_text(part(element, 'left'), 'demo.left', {left: duration_text(left_s)});
  setTimeout(() => element.isConnected && run_codes(element, secret), 1000 - (time_ms % 1000));
}

function take_secret(view, form) {
  return ({secret}) => {
    const account = read_account(secret);
    if (!account) return {text: text('demo.secret_malformed'), field: 'secret'};
    const accounts = kept_accounts();
    if (accounts.length >= ACCOUNTS_MAX) return {text: text('demo.full', {number: ACCOUNTS_MAX})};
    keep_accounts([...accounts, account]);
    form.reset();
    show_accounts(view);
    announce(text('demo.added'));
    part(view, 'accounts').lastElementChild.querySelector('[data-part="copy"]').focus();
    return undefined;
  };
}

await prepare_page();
const view = show('phone');
const form = part(view, 'add');
handle_form(form, take_secret(view, form));
show_accounts(view);
ask_for_messages(view);
