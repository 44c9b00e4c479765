// Passing the second step again, where the service asks for it: in a dialog, that of parts/step_up.html, so that what
// was typed below it stays.
import {call, is_logged_out, now} from './api.js';
import {show_expiry} from './countdown.js';
import {open_dialog} from './dialog.js';
import {handle_form, read_code, read_recovery_code, show_trouble, trouble_of, trouble_of_code} from './form.js';
import {offer_resend} from './sms_resend.js';
import {set_text, text} from './texts.js';
import {announce, on_click, part} from './view.js';

const STEP_UP = '/v1/session/step-up';

// What the service said when it was asked for a code: while that one lives, opening the dialog again sends no other.
let asked;

let stop_time = () => {};

const lives = () => asked !== undefined && Date.parse(asked.expires_at) > now();

/// Forgets what was asked for: the next session may be somebody else's.
export function forget_step_up() {
  asked = undefined;
}

async function ask() {
  const answer = await call('POST', STEP_UP);
  if (answer.ok) asked = answer.body;
  return answer;
}

/// Sends a command; where it needs the second step first, has the person pass it and sends the same again. `send()`
/// gives the promise of its answer. Where the person turned back, its code is 'not_confirmed', and nothing was done.
export async function with_step_up(send) {
  const answer = await send();
  if (answer.code !== 'step_up_required') return answer;
  const request = lives() ? {ok: true} : await ask();
  if (is_logged_out(request) || request.offline || request.code === 'unavailable') return request;
  return (await passes(request)) ? send() : {ok: false, code: 'not_confirmed'};
}

// Where the session ends meanwhile, what is sent again hears so: that counts as passed here.
async function passes(request) {
  const {dialog, closed} = open_dialog('step_up');
  const end = () => dialog.close('passed');
  prepare_recovery(dialog, end);
  prepare_code(dialog, end);
  if (request.ok) show_asked(dialog, end);
  else show_not_asked(dialog, request, end);
  const passed = (await closed) === 'passed';
  if (passed) forget_step_up();
  return passed;
}

function show_form(dialog, name) {
  const is_code = name === 'code';
  part(dialog, 'code_form').hidden = !is_code;
  part(dialog, 'recovery_form').hidden = is_code;
  part(dialog, 'recovery').hidden = !is_code;
  part(dialog, 'code').hidden = is_code;
  part(dialog, 'expiry').hidden = !is_code;
  if (!is_code) set_text(part(dialog, 'lead'), 'step_up.lead_recovery');
  part(dialog, `${name}_form`).querySelector('input').focus();
}

function show_code_form(dialog) {
  const {method, phone_hint: phone} = asked ?? {};
  const lead = method === 'totp' ? 'step_up.lead_totp' : phone ? 'step_up.lead_sms' : 'step_up.lead_newest';
  set_text(part(dialog, 'lead'), lead, {phone});
  show_form(dialog, 'code');
}

function show_asked(dialog, end) {
  show_code_form(dialog);
  if (asked.method !== 'sms') return;
  show_time_left(dialog);
  offer_sms(dialog, asked.resend_after, end);
}

function show_time_left(dialog) {
  const left = part(dialog, 'expiry');
  stop_time();
  left.classList.remove('urgent');
  stop_time = show_expiry(left, asked.expires_at, () => {
    asked = undefined;
    set_text(left, 'step_up.over');
    announce(left.textContent);
  });
}

// No code was sent. One from before may still work, and a recovery code does.
function show_not_asked(dialog, answer, end) {
  if (answer.code === 'locked') return show_lock(dialog);
  show_code_form(dialog);
  const wait_s = answer.retry_after_s ?? 0;
  offer_sms(dialog, new Date(now() + wait_s * 1000).toISOString(), end);
  const trouble = trouble_of(answer, {too_many_requests: 'step_up.no_sms'});
  show_trouble(part(dialog, 'code_form'), {text: trouble.text});
}

function offer_sms(dialog, resend_after, end) {
  offer_resend(dialog, {
    send: ask,
    form: part(dialog, 'code_form'),
    resend_after,
    on_sent: () => {
      show_code_form(dialog);
      show_time_left(dialog);
    },
    on_refused: (answer) => {
      if (is_logged_out(answer)) end();
      else if (answer.code === 'locked') show_lock(dialog);
      else return false;
      return true;
    },
  });
}

// Only a recovery code works now.
function show_lock(dialog) {
  show_form(dialog, 'recovery');
  part(dialog, 'code').hidden = true;
  part(dialog, 'resend').hidden = true;
  show_trouble(part(dialog, 'recovery_form'), {text: text('step_up.locked')});
}

function prepare_code(dialog, end) {
  on_click(dialog, 'code', () => show_code_form(dialog));
  handle_form(part(dialog, 'code_form'), async (values, key) => {
    const code = read_code(values.code);
    if (!code) return {text: text('code.malformed'), field: 'code'};
    const answer = await call('POST', `${STEP_UP}/code`, {code}, {key});
    if (answer.ok || is_logged_out(answer)) return end();
    if (answer.code === 'locked') return show_lock(dialog);
    // Where none was asked for, it is from a message before.
    if (answer.code === 'code_rejected') return trouble_of_code(asked?.method ?? 'sms');
    return trouble_of(answer);
  });
}

function prepare_recovery(dialog, end) {
  on_click(dialog, 'recovery', () => show_form(dialog, 'recovery'));
  handle_form(part(dialog, 'recovery_form'), async (values, key) => {
    const recovery_code = read_recovery_code(values.recovery_code);
    if (!recovery_code) return {text: text('recovery.malformed'), field: 'recovery_code'};
    const answer = await call('POST', `${STEP_UP}/code`, {recovery_code}, {key});
    if (answer.ok || is_logged_out(answer)) return end();
    return trouble_of(answer, {code_rejected: {key: 'recovery.rejected', field: 'recovery_code'}});
  });
}
