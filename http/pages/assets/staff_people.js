// The help desk: people, resets of their two-step verification, and locks. The views: parts/staff_people.html.
import {call, is_logged_out} from './api.js';
import {account_rows, fill_facts, id_element, is_locked} from './facts.js';
import {handle_form, trouble_of} from './form.js';
import {with_step_up} from './step_up.js';
import {moment_text, set_text, text} from './texts.js';
import {part, show} from './view.js';

const NAMED_MAX = 20;  // accounts in the list of resets that are asked for by name: each look is told to the log

const path_of = (account) => `/v1/accounts/${encodeURIComponent(account)}`;
const name_of = (account) => account.display_name ?? account.identifier;
const is_staff = (account) => account.roles.some((role) => role !== 'person');
const is_admin = ({session}) => session.roles.includes('admin');

/// '#people', and '#people/acc_…' of one person.
export async function open_people([id], context) {
  if (id) await open_person(id, context, context.said);
  else show_search(context);
}

function show_search(context, notice) {
  const view = show('people', {notice});
  handle_form(view.querySelector('form'), async ({identifier}) => {
    const answer = await call('POST', '/v1/accounts/lookup', {identifier: identifier.trim()});
    if (answer.code === 'malformed_request') return {text: text('people.malformed'), field: 'identifier'};
    if (!answer.ok) return context.on_trouble(answer);
    const [account] = answer.body.accounts;
    if (!account) return {text: text('people.none'), field: 'identifier'};
    return context.go_to(`people/${account.account}`);
  });
}

async function open_person(id, context, said) {
  const [answer, waiting] = await Promise.all([call('GET', path_of(id)), call('GET', '/v1/resets')]);
  if (!context.is_current()) return undefined;
  if (answer.code === 'not_found') return show_search(context, 'people.gone');
  if (!answer.ok) return context.on_trouble(answer);
  if (!waiting.ok) return context.on_trouble(waiting);
  return show_person(answer.body, waiting.body.resets.find(({account}) => account === id), context, said);
}

function show_person(account, waiting, context, said) {
  const view = show('person', {values: {name: name_of(account)}, ...said});
  fill_facts(part(view, 'facts'), account_rows(account));
  if (waiting) show_waiting(view, waiting);
  const forbidden = why_forbidden(account, context);
  offer_reset(view, account, waiting, forbidden, context);
  offer_unlock(view, account, forbidden, context);
  return view;
}

function show_waiting(view, waiting) {
  part(view, 'waits').hidden = false;
  set_text(part(view, 'waits_words'), 'person.waits', {time: moment_text(waiting.expires_at)});
  part(view, 'waits_link').href = `#resets/${waiting.reset}`;
}

// The service decides; this says it before somebody has written a reason.
function why_forbidden(account, context) {
  if (account.account === context.session.account) return 'person.own';
  return is_staff(account) && !is_admin(context) ? 'person.only_admin' : undefined;
}

function offer_reset(view, account, waiting, forbidden, context) {
  const form = part(view, 'reset');
  const refusal = waiting ? 'reset.waiting' : forbidden;
  form.hidden = refusal !== undefined;
  // Off, it may still have to be set up after a reset, and the time for that may be over: then another one helps.
  set_text(part(view, 'reset_words'), refusal ?? (account.two_step.enabled ? 'reset.about' : 'reset.again'));
  handle_form(form, async ({reset_reason}, key) => {
    const send = () => call('POST', `${path_of(account.account)}/two-step-reset`, {reason: reset_reason.trim()}, {key});
    return after(await with_step_up(send), 'reset_reason', account, context, ({state}) => ({
      notice: state === 'done' ? 'reset.done' : 'reset.waits',
    }));
  });
}

function offer_unlock(view, account, forbidden, context) {
  const form = part(view, 'unlock');
  const refusal = is_locked(account.two_step) ? forbidden : 'unlock.nothing';
  form.hidden = refusal !== undefined;
  set_text(part(view, 'unlock_words'), refusal ?? 'unlock.about');
  handle_form(form, async ({unlock_reason}, key) => {
    const send = () => call('POST', `${path_of(account.account)}/unlock`, {reason: unlock_reason.trim()}, {key});
    return after(await with_step_up(send), 'unlock_reason', account, context, () => ({notice: 'unlock.done'}));
  });
}

// What a command about a person came to: the person as they are now, or the trouble.
function after(answer, field, account, context, notice_of) {
  if (answer.ok) return open_person(account.account, context, notice_of(answer.body));
  return trouble_or_leave(answer, field, context);
}

// Troubles that the form says; others leave the view.
function trouble_or_leave(answer, field, context) {
  if (is_logged_out(answer)) return context.on_trouble(answer);
  return trouble_of(answer, {malformed_request: {key: 'reason.malformed', field}});
}

/// '#resets', and '#resets/rst_…' of one that waits.
export async function open_resets([id], context) {
  const answer = await call('GET', '/v1/resets');
  if (!context.is_current()) return undefined;
  if (!answer.ok) return context.on_trouble(answer);
  const {resets} = answer.body;
  const one = resets.find(({reset}) => reset === id);
  const names = await names_of(one ? [one] : resets);
  if (!context.is_current()) return undefined;
  return one ? show_reset(one, names, context) : show_resets(resets, names, id && 'resets.gone');
}

// What people are called whom resets are about or were asked for by; an id stays where that cannot be known.
async function names_of(resets) {
  const ids = [...new Set(resets.flatMap(({account, requested_by}) => [account, requested_by]))];
  const people = ids.filter((id) => id.startsWith('acc_')).slice(0, NAMED_MAX);
  const answers = await Promise.all(people.map((id) => call('GET', path_of(id))));
  const known = answers.filter(({ok}) => ok).map(({body}) => [body.account, body]);
  return new Map(known);
}

function person_of(id, names) {
  const account = names.get(id);
  if (!account) return id_element(id);
  return account.display_name ? `${account.display_name} (${account.identifier})` : account.identifier;
}

function show_resets(resets, names, notice) {
  const view = show('resets', {notice});
  part(view, 'none').hidden = resets.length > 0;
  part(view, 'list').hidden = resets.length === 0;
  part(view, 'list').replaceChildren(...resets.map((reset) => item_of(reset, names)));
}

function item_of(reset, names) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = `#resets/${reset.reset}`;
  link.append(person_of(reset.account, names));
  const about = document.createElement('p');
  about.className = 'small quiet';
  set_text(about, 'resets.asked', {time: moment_text(reset.requested_at), until: moment_text(reset.expires_at)});
  item.append(link, about);
  return item;
}

function show_reset(reset, names, context) {
  const view = show('reset');
  const form = view.querySelector('form');
  fill_facts(part(view, 'facts'), [
    ['decision.person', link_to_person(reset.account, names)],
    ['decision.asked_by', person_of(reset.requested_by, names)],
    ['decision.asked_at', moment_text(reset.requested_at)],
    ['decision.until', moment_text(reset.expires_at)],
    ['decision.why', reset.reason],
  ]);
  const forbidden = why_not_to_decide(reset, names, context);
  form.hidden = forbidden !== undefined;
  part(view, 'words').hidden = forbidden === undefined;
  if (forbidden) set_text(part(view, 'words'), forbidden);
  handle_form(form, async ({decision, decision_reason}, key) => {
    if (!decision) return {text: text('decision.missing'), field: 'decision'};
    const reason = decision_reason.trim();
    const path = `/v1/resets/${encodeURIComponent(reset.reset)}/${decision}`;
    const answer = await with_step_up(() => call('POST', path, reason ? {reason} : {}, {key}));
    if (!answer.ok) return trouble_or_leave(answer, 'decision_reason', context);
    return context.go_to(`people/${reset.account}`, {
      notice: decision === 'approve' ? 'decision.approved' : 'decision.denied',
    });
  });
}

function why_not_to_decide({account, requested_by}, names, context) {
  if (requested_by === context.session.account) return 'decision.own';
  return names.has(account) ? why_forbidden(names.get(account), context) : undefined;
}

function link_to_person(id, names) {
  const link = document.createElement('a');
  link.href = `#people/${id}`;
  link.append(person_of(id, names));
  return link;
}
