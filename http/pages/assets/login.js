// Logging in: password, second step, and two-step verification where it is asked for or offered.
import {call, is_logged_out} from './api.js';
import {show_expiry} from './countdown.js';
import {route_enrolment, start_enrolment} from './enrolment.js';
import {is_locked} from './facts.js';
import {handle_form, read_code, read_recovery_code, trouble_of, trouble_of_code} from './form.js';
import {route_recovery_codes, show_waiting_codes} from './recovery_codes.js';
import {offer_resend} from './sms_resend.js';
import {with_step_up} from './step_up.js';
import {date_text, phone_text, set_text, text, time_text, use_language} from './texts.js';
import {fragment, on_click, part, replace_step, show, show_unreachable, step_to} from './view.js';

const CURRENT = '/v1/logins/current';

// Addresses of views on the way to a session: afterwards they name nothing.
const OURS = /^(offer|enrolment|recovery-codes?)(\/|$)/;

let options;
let identifier = '';  // stays when a login has to begin again
let turn = 0;  // of asking the service; an answer that comes when another turn began is not looked at

/// Takes the person through logging in, from wherever they are, and calls `on_done()` once there is a session and
/// nothing is left to ask: also at once, where there is one. From then on the page's address and views are the
/// caller's. `prepared` is a promise that nothing is shown before; asking the service does not wait for it. `notice` is
/// the key of a sentence above the form, where one is shown.
export function start_login({on_done, prepared, notice}) {
  options = {on_done, prepared};
  addEventListener('popstate', on_step);
  addEventListener('pageshow', on_pageshow);
  return go_on(notice);
}

/// Forgets the address that was typed: whoever comes next may be somebody else.
export function forget_login() {
  identifier = '';
}

const on_step = () => go_on();
const on_pageshow = (event) => event.persisted && go_on();

function finish() {
  removeEventListener('popstate', on_step);
  removeEventListener('pageshow', on_pageshow);
  turn += 1;
  if (OURS.test(fragment())) replace_step('');
  options.on_done();
}

// Shows what the service and the address say.
async function go_on(notice) {
  const mine = ++turn;
  if (show_waiting_codes()) return;
  const [session, login] = await Promise.all([call('GET', '/v1/session'), call('GET', CURRENT), options.prepared]);
  if (mine !== turn) return;
  const trouble = [session, login].find((answer) => !answer.ok && !is_logged_out(answer));
  if (trouble) return show_unreachable(trouble, () => go_on(notice));
  if (session.ok) return go_on_with_session();
  if (login.ok) return show_login(login.body);
  show_password(notice);
}

const over = () => go_on('login.over');

async function go_on_with_session() {
  const mine = ++turn;
  const account = await call('GET', '/v1/account');
  if (mine !== turn) return;
  if (is_logged_out(account)) return over();
  if (!account.ok) return show_unreachable(account, () => go_on());
  await use_language(account.body.language);
  if (mine !== turn) return;
  const {enabled, mandatory_from} = account.body.two_step;
  const enrolment = enrolment_options({is_required: false});
  if (enabled ? route_recovery_codes(account.body, enrolment) : await route_enrolment(enrolment)) return;
  if (fragment() === 'offer' && !enabled) return show_offer(mandatory_from);
  finish();
}

function enrolment_options({is_required}) {
  return {
    is_required,
    on_done: finish,
    on_cancel: is_required ? abandon : back_to_offer,
    on_logged_out: over,
    with_step_up,
  };
}

function back_to_offer() {
  replace_step('offer');
  return go_on();
}

// The offer of two-step verification, for whoever has none yet

function show_offer(mandatory_from) {
  const view = show('offer');
  if (mandatory_from) set_text(part(view, 'date'), 'offer.mandatory_from', {date: date_text(mandatory_from)});
  part(view, 'date').hidden = !mandatory_from;
  on_click(view, 'start', () => {
    step_to('enrolment');
    start_enrolment(enrolment_options({is_required: false}));
  });
  handle_form(view.querySelector('form'), async (_, key) => {
    const answer = await call('POST', '/v1/account/two-step/deferrals', undefined, {key});
    if (is_logged_out(answer)) return over();
    if (!answer.ok) return trouble_of(answer);
    finish();
  });
}

// Password

function show_password(notice) {
  replace_step('');
  const view = show('login', {notice});
  const form = view.querySelector('form');
  form.elements.identifier.value = identifier;
  if (identifier) form.elements.password.focus();
  handle_form(form, async (values, key) => {
    identifier = values.identifier.trim();
    const answer = await call('POST', '/v1/logins', {identifier, password: values.password}, {key});
    if (answer.ok) return take(answer.body);
    // What is too long to be anybody's is not right either.
    return trouble_of(answer, {credentials_rejected: 'login.rejected', malformed_request: 'login.rejected'});
  });
}

// What a login is now: over, or waiting for something.
async function take(login) {
  turn += 1;
  if (login.state !== 'completed') return show_login(login);
  if (!login.enrolment?.offered) return finish();
  step_to('offer');
  await go_on_with_session();
}

async function show_login(login) {
  if (login.state === 'enrolment_required') {
    const enrolment = enrolment_options({is_required: true});
    if (await route_enrolment(enrolment)) return;
    replace_step('enrolment');  // not a step of its own: the back button would come back here for ever
    start_enrolment(enrolment);
    return;
  }
  if (is_locked(login) || fragment() === 'recovery-code') return show_recovery_code(login);
  show_code(login);
}

async function abandon() {
  turn += 1;
  await call('DELETE', CURRENT);
  forget_login();
  await go_on();
}

// Code

function show_code(login) {
  const by_sms = login.method === 'sms';
  const was_held_back = by_sms && login.sms_sent === false;
  replace_step('');
  const view = show('code', {notice: was_held_back ? 'sms.held_back' : undefined});
  const lead = was_held_back ? 'code.lead_no_sms' : by_sms ? 'code.lead_sms' : 'code.lead_totp';
  set_text(part(view, 'lead'), lead, {phone: phone_text(login.phone_hint)});
  if (login.remember !== 'never') {
    part(view, 'remember').hidden = false;
    set_text(part(view, 'remember_label'), `code.remember_${login.remember}`);
  }
  show_expiry(part(view, 'expiry'), login.expires_at, over);
  part(view, 'resend').hidden = !by_sms;
  if (by_sms) {
    offer_resend(view, {
      path: `${CURRENT}/sms`,
      form: view.querySelector('form'),
      // Where none was sent there is nothing to wait for: the service says whether one can be.
      resend_after: login.resend_after ?? (was_held_back ? new Date(0).toISOString() : undefined),
      on_sent: () => set_text(part(view, 'lead'), 'code.lead_sms', {phone: phone_text(login.phone_hint)}),
      on_refused: (answer) => {
        if (is_logged_out(answer)) over();
        else if (answer.code === 'locked') go_on();
        else return false;
        return true;
      },
    });
  }
  on_click(view, 'recovery', () => {
    step_to('recovery-code');
    show_recovery_code(login);
  });
  on_click(view, 'restart', abandon);
  handle_form(view.querySelector('form'), async (values, key) => {
    const code = read_code(values.code);
    if (!code) return {text: text('code.malformed'), field: 'code', keeps: true};
    const answer = await call('POST', `${CURRENT}/code`, {code, remember_me: values.remember_me === true}, {key});
    if (answer.ok) return take(answer.body);
    if (is_logged_out(answer)) return over();
    if (answer.code === 'code_rejected' || answer.code === 'locked') return look_again(view, login);
    return trouble_of(answer, {malformed_request: {key: 'code.malformed', field: 'code'}});
  });
}

// After a wrong code: whether there is anything left to try, the service knows.
async function look_again(view, before) {
  const answer = await call('GET', CURRENT);
  if (is_logged_out(answer)) return over();
  if (!answer.ok) return trouble_of(answer);
  const login = answer.body;
  if (is_locked(login)) return show_recovery_code(login);
  if (login.method === 'sms' && !login.resend_after) {
    part(view, 'resend').hidden = true;
    return {text: text('code.rejected_last'), field: 'code'};
  }
  return trouble_of_code(before.method);
}

// Recovery code

function show_recovery_code(login) {
  const view = show('recovery_code', is_locked(login) ? notice_of_lock(login) : {});
  part(view, 'code').hidden = is_locked(login);
  show_expiry(part(view, 'expiry'), login.expires_at, over);
  on_click(view, 'code', () => {
    replace_step('');
    go_on();
  });
  on_click(view, 'restart', abandon);
  handle_form(view.querySelector('form'), async (values, key) => {
    const recovery_code = read_recovery_code(values.recovery_code);
    if (!recovery_code) return {text: text('recovery.malformed'), field: 'recovery_code', keeps: true};
    const answer = await call('POST', `${CURRENT}/recovery-code`, {recovery_code}, {key});
    if (answer.ok) return take(answer.body);
    if (is_logged_out(answer)) return over();
    return trouble_of(answer, {
      code_rejected: {key: 'recovery.rejected', field: 'recovery_code'},
      malformed_request: {key: 'recovery.malformed', field: 'recovery_code'},
    });
  });
}

const notice_of_lock = (login) =>
  login.locked
    ? {notice: 'lock.for_good'}
    : {notice: 'lock.until', notice_values: {time: time_text(login.locked_until)}};
