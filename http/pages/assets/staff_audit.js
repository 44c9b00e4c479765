// Auditors: an account's events as they are stored, and what it was at a moment. The views: parts/staff_audit.html.
import {call} from './api.js';
import {account_rows, fill_facts, id_element} from './facts.js';
import {handle_form} from './form.js';
import {stored_envelopes} from './stored_envelopes.js';
import {fill_texts, moment_text, set_text, text} from './texts.js';
import {announce, copy, copy_of, on_click, part, show} from './view.js';

const PAGE = 50;  // events asked for at a time

const path_of = (account) => `/v1/audit/accounts/${encodeURIComponent(account)}`;

/// '#audit', '#audit/acc_…?from=…&to=…&type=…' and '#audit/acc_…/state/<time or position>'.
export async function open_audit([account, what, at], context) {
  if (!account) return show_choice(context);
  if (what === 'state' && at) return open_state(account, decoded(at), context);
  return open_timeline(account, context);
}

// An address that somebody typed may be none: then it stays as it is, and names no moment.
function decoded(words) {
  try {
    return decodeURIComponent(words);
  } catch {
    return words;
  }
}

// Looking up an e-mail address is the help desk's; an auditor who has no such role has the account's id from them.
const may_look_up = ({session}) => session.roles.some((role) => role === 'helpdesk' || role === 'admin');

function show_choice(context, notice) {
  const view = show('audit', {notice});
  const looks_up = may_look_up(context);
  set_text(part(view, 'label'), looks_up ? 'audit.account_or_identifier' : 'fact.account');
  set_text(part(view, 'hint'), looks_up ? 'audit.hint_look_up' : 'audit.hint');
  handle_form(view.querySelector('form'), async ({account}) => {
    let id = account.trim();
    if (looks_up && id.includes('@')) {
      const answer = await call('POST', '/v1/accounts/lookup', {identifier: id});
      if (answer.code === 'malformed_request') return {text: text('people.malformed'), field: 'account'};
      if (!answer.ok) return context.on_trouble(answer);
      if (answer.body.accounts.length === 0) return {text: text('people.none'), field: 'account'};
      id = answer.body.accounts[0].account;
    }
    if (!/^acc_[0-9a-z]+$/.test(id)) return {text: text('audit.malformed'), field: 'account'};
    return context.go_to(`audit/${id}`);
  });
}

// Inputs have the computer's time without its zone, the API has UTC.
const utc_of = (local) => new Date(local).toISOString();
function local_of(rfc3339) {
  const at = new Date(rfc3339);
  const shifted = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return Number.isNaN(at.getTime()) ? '' : shifted.toISOString().slice(0, 19);
}

async function open_timeline(account, context) {
  const filter = {};
  for (const name of ['from', 'to', 'type']) if (context.query.get(name)) filter[name] = context.query.get(name);
  const first = await events_after(account, filter, 0);
  if (!context.is_current()) return undefined;
  if (first.code === 'not_found') return show_choice(context, 'audit.gone');
  if (!first.ok) return context.on_trouble(first);
  const view = show('timeline');
  part(view, 'account').textContent = account;
  set_text(part(view, 'zone'), 'timeline.zone', {zone: Intl.DateTimeFormat().resolvedOptions().timeZone});
  ready_filter(part(view, 'filter'), account, filter, context);
  handle_form(part(view, 'state'), ({at}) => context.go_to(`audit/${account}/state/${utc_of(at)}`));
  return show_events(view, account, filter, first, context);
}

function events_after(account, filter, after) {
  const query = new URLSearchParams({...filter, after, limit: PAGE});
  return call('GET', `${path_of(account)}/events?${query}`);
}

function ready_filter(form, account, filter, context) {
  const {from, to, type} = form.elements;
  from.value = filter.from ? local_of(filter.from) : '';
  to.value = filter.to ? local_of(filter.to) : '';
  type.value = filter.type ?? '';
  handle_form(form, (values) => {
    const query = new URLSearchParams();
    if (values.from) query.set('from', utc_of(values.from));
    if (values.to) query.set('to', utc_of(values.to));
    if (values.type.trim()) query.set('type', values.type.trim());
    return context.go_to(query.size ? `audit/${account}?${query}` : `audit/${account}`);
  });
}

function show_events(view, account, filter, first, context) {
  const list = part(view, 'events');
  const types = new Set();
  let envelopes = [];
  let scanned_to = 0;
  const add = (answer) => {
    const stored = stored_envelopes(answer.text);
    scanned_to = answer.body.scanned_to;
    envelopes = envelopes.concat(stored);
    list.append(...answer.body.events.map((event, index) => item_of(event, stored[index], account)));
    for (const {event} of answer.body.events) types.add(event.type);
    part(view, 'types').replaceChildren(...[...types].sort().map(option_of));
    const number = envelopes.length;
    set_text(part(view, 'count'), number === 1 ? 'timeline.one' : 'timeline.count', {number, position: scanned_to});
    list.hidden = envelopes.length === 0;
    offer_download(part(view, 'download'), account, envelopes);
  };
  add(first);
  let is_asking = false;
  on_click(view, 'more', async () => {
    if (is_asking) return;
    is_asking = true;
    const answer = await events_after(account, filter, scanned_to);
    is_asking = false;
    if (!view.isConnected) return;
    if (!answer.ok) {
      context.on_trouble(answer);
      return;
    }
    add(answer);
    const found = answer.body.events.length;
    announce(text(found === 0 ? 'timeline.no_more' : 'timeline.added', {number: found}));
  });
}

function option_of(type) {
  const option = document.createElement('option');
  option.value = type;
  return option;
}

// The envelopes as they are stored, one a line; what was opened for the auditor's eyes stays here.
function offer_download(link, account, envelopes) {
  if (link.href) URL.revokeObjectURL(link.href);
  link.hidden = envelopes.length === 0;
  link.href = URL.createObjectURL(new Blob(envelopes.map((line) => `${line}\n`), {type: 'application/x-ndjson'}));
  link.download = `${account}.ndjson`;
}

// Short words say what kind of event it is. Ids, hashes, times and numbers are below, in the opened row.
const WORD_MAX = 20;
const is_word = (value) => typeof value === 'string' && value.length <= WORD_MAX;

function facts_of(data) {
  const members = Object.entries(data).map(([name, value]) => [name, Array.isArray(value) ? value : [value]]);
  const telling = members.filter(([, values]) => values.every(is_word));
  return telling.map(([name, values]) => `${name} ${values.join(' ')}`).join(' · ');
}

const shown = (value) => (typeof value === 'string' ? value : JSON.stringify(value));
const rows_of = (members) => Object.entries(members).map(([name, value]) => [name, shown(value)]);

function actor_text(actor, account) {
  if (actor === account) return text('actor.self');
  if (actor === 'system') return text('actor.system');
  if (actor.startsWith('apk_')) return text('actor.key');
  return text('actor.staff');
}

function item_of({event, personal, erased}, stored, account) {
  const item = copy_of('event');
  fill_texts(item);
  const {data, ...envelope} = event;
  part(item, 'time').dateTime = event.time;
  part(item, 'time').textContent = moment_text(event.time);
  part(item, 'type').textContent = event.type;
  part(item, 'facts').textContent = facts_of(data);
  part(item, 'actor').textContent = actor_text(event.actor, account);
  part(item, 'state').href = `#audit/${account}/state/${event.position}`;
  on_click(item, 'copy', () => copy(stored));
  const opening = () => {
    fill_facts(part(item, 'stored'), [...rows_of(data), ...rows_of(envelope)], {as_is: true});
    fill_facts(part(item, 'personal'), rows_of(personal ?? {}), {as_is: true});
    const is_empty = personal && Object.keys(personal).length === 0;
    part(item, 'personal_words').hidden = !erased && !is_empty;
    set_text(part(item, 'personal_words'), erased ? 'event.erased' : 'event.no_personal');
  };
  item.querySelector('details').addEventListener('toggle', opening, {once: true});
  if (erased) {
    const mark = document.createElement('span');
    mark.className = 'mark';
    set_text(mark, 'event.erased_mark');
    part(item, 'facts').after(' ', mark);
  }
  return item;
}

async function open_state(account, at, context) {
  const answer = await call('GET', `${path_of(account)}/state?${new URLSearchParams({at})}`);
  if (!context.is_current()) return undefined;
  if (answer.code === 'not_found' || answer.code === 'malformed_request') return show_choice(context, 'state.gone');
  if (!answer.ok) return context.on_trouble(answer);
  const {position, state} = answer.body;
  const view = show('state');
  const by_position = /^[0-9]+$/.test(at);
  if (by_position) set_text(part(view, 'lead'), 'state.after', {position});
  else set_text(part(view, 'lead'), 'state.at_time', {position, time: moment_text(at)});
  part(view, 'erased').hidden = !state.erased;
  fill_facts(part(view, 'facts'), [
    ...account_rows(state),
    ['fact.failures', String(state.failures_in_a_row)],
    ['fact.logins', ids_of(state.logins)],
    ['fact.sessions', ids_of(state.sessions)],
    ['fact.devices', ids_of(state.devices)],
  ]);
  part(view, 'back').href = `#audit/${account}`;
  return view;
}

const ids_of = (ids) => (ids.length === 0 ? text('fact.none') : ids.map(id_element));
