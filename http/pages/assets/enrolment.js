// Switching two-step verification on, or over to another app or number. The views are those of parts/enrolment.html.
import {call, is_logged_out} from './api.js';
import {show_expiry} from './countdown.js';
import {handle_form, is_sending, read_code, trouble_of, trouble_of_code} from './form.js';
import {show_recovery_codes} from './recovery_codes.js';
import {offer_resend} from './sms_resend.js';
import {duration_text, phone_text, set_text, text} from './texts.js';
import {copy, fragment, on_click, part, replace_step, show, show_unreachable, step_to} from './view.js';

const ENROLMENTS = '/v1/account/enrolments';
const path_of = (id) => `${ENROLMENTS}/${encodeURIComponent(id)}`;

// Options of all that is exported here:
//   on_done()        two-step is on and the recovery codes are kept
//   on_cancel()      the person turned back; nothing has changed
//   on_logged_out()  the session or login is over
//   with_step_up(send)  where given: sends; where the second step is asked for, has it passed and sends again
//   is_required      whether nothing else can be done before
//   replaces         whether a method is replaced

/// Shows what the address says of an enrolment: '#enrolment' begins one, '#enrolment/enr_…' goes on with one. Gives
/// false, and shows nothing, where the address is about something else.
export async function route_enrolment(options) {
  const [name, id] = fragment().split('/');
  if (name !== 'enrolment') return false;
  if (!id) {
    start_enrolment(options);
    return true;
  }
  const answer = await call('GET', path_of(id));
  if (fragment() !== `enrolment/${id}`) return true;
  if (answer.ok) show_pending(answer.body, options);
  else if (is_logged_out(answer)) options.on_logged_out();
  else if (is_over(answer)) await begin_again('enrolment.not_open', options);
  else show_unreachable(answer, () => route_enrolment(options));
  return true;
}

const is_over = (answer) => answer.code === 'state_conflict' || answer.code === 'not_found';

async function begin_again(notice, options) {
  // It may be over because it was finished in another window: then there is nothing to begin.
  if (!options.replaces) {
    const step = fragment();
    const account = await call('GET', '/v1/account');
    if (fragment() !== step) return;
    if (account.ok && account.body.two_step.enabled) {
      options.on_done();
      return;
    }
  }
  replace_step('enrolment');
  start_enrolment(options, {notice});
}

/// Asks for the password and the method. `typed` is what a form before had, without its password.
export function start_enrolment(options, {notice, typed} = {}) {
  step_to('enrolment');
  const view = show('enrolment', {notice});
  const form = view.querySelector('form');
  const {method, phone, password} = form.elements;
  set_text(part(view, 'title'), options.replaces ? 'enrolment.title_replace' : 'enrolment.title');
  set_text(part(view, 'lead'), lead_of(options));
  set_text(part(view, 'cancel'), options.is_required ? 'login.restart' : 'enrolment.cancel');
  const show_phone = () => (part(view, 'phone').hidden = method.value !== 'sms');
  if (typed) {
    method.value = typed.method;
    phone.value = typed.phone ?? '';
  }
  show_phone();
  for (const radio of method) radio.addEventListener('change', show_phone);
  on_click(view, 'cancel', options.on_cancel);
  handle_form(form, (values, key) => begin(form, values, key, options));
  if (notice) password.focus();
}

function lead_of(options) {
  if (options.replaces) return 'enrolment.lead_replace';
  return options.is_required ? 'enrolment.lead_required' : 'enrolment.lead';
}

async function begin(form, {password, method, phone}, key, options) {
  const body = method === 'sms' ? {password, method, phone: phone.trim()} : {password, method};
  const {with_step_up = (send) => send()} = options;
  const answer = await with_step_up(() => call('POST', ENROLMENTS, body, {key}));
  if (!form.isConnected) {  // the person turned back meanwhile
    if (answer.ok) call('DELETE', path_of(answer.body.enrolment));
    return undefined;
  }
  if (is_logged_out(answer)) return options.on_logged_out();
  if (answer.ok) {
    step_to(`enrolment/${answer.body.enrolment}`);
    return show_pending(answer.body, options);
  }
  return trouble_of_beginning(answer, method);
}

function trouble_of_beginning(answer, method) {
  // With SMS it may be the messages that are too many: then the app is still a way.
  if (answer.code === 'too_many_requests' && method === 'sms') {
    return {text: text('enrolment.too_many_sms', {left: duration_text(answer.retry_after_s ?? 1)})};
  }
  return trouble_of(answer, {
    credentials_rejected: {key: 'password.rejected', field: 'password'},
    invalid_phone: {field: 'phone'},
    malformed_request: 'enrolment.malformed',
    state_conflict: {field: 'method'},
    step_up_required: 'enrolment.step_up_required',
  });
}

function show_pending(enrolment, options) {
  if (enrolment.method === 'totp') show_app(enrolment, options);
  else show_sms(enrolment, options);
}

// What both methods have in common: the code, the time that is left, and turning back.
function ask_for_code(view, form, enrolment, options) {
  show_expiry(part(view, 'expiry'), enrolment.expires_at, async () => {
    if (is_sending(form)) return;  // the answer to the code says how it stands
    const answer = await call('GET', path_of(enrolment.enrolment));  // this computer's clock may be wrong
    if (!view.isConnected || is_sending(form)) return;
    if (is_logged_out(answer)) options.on_logged_out();
    else if (is_over(answer)) begin_again('enrolment.over', options);
  });
  on_click(view, 'other', () => {
    call('DELETE', path_of(enrolment.enrolment));  // it ends by itself where this does not arrive
    replace_step('enrolment');
    start_enrolment(options, {typed: {method: enrolment.method}});
  });
  handle_form(form, async (values, key) => {
    const code = read_code(values.code);
    if (!code) return {text: text('code.malformed'), field: 'code', keeps: true};
    const answer = await call('POST', `${path_of(enrolment.enrolment)}/code`, {code}, {key});
    if (answer.ok) {
      replace_step('recovery-codes');
      return show_recovery_codes(answer.body.recovery_codes, {...options, lead: 'codes.lead_enabled'});
    }
    if (!view.isConnected) return undefined;
    if (is_logged_out(answer)) return options.on_logged_out();
    if (is_over(answer)) return begin_again('enrolment.not_open', options);
    if (answer.code === 'code_rejected') return look_again(view, enrolment, options);
    return trouble_of(answer, {malformed_request: {key: 'code.malformed', field: 'code'}});
  });
}

// The fifth wrong code ended the enrolment, and only the service has counted them.
async function look_again(view, enrolment, options) {
  const answer = await call('GET', path_of(enrolment.enrolment));
  if (!view.isConnected) return undefined;
  if (is_logged_out(answer)) return options.on_logged_out();
  if (is_over(answer)) return begin_again('enrolment.too_many_codes', options);
  return trouble_of_code(enrolment.method);
}

const in_groups_of_four = (secret) => secret.match(/.{1,4}/g).join(' ');

function show_app(enrolment, options) {
  const {secret, otpauth_uri, qr_svg} = enrolment.totp;
  const view = show('enrolment_app');
  const qr = part(view, 'qr');
  qr.src = `data:image/svg+xml;base64,${btoa(qr_svg)}`;
  qr.alt = text('app.qr');
  part(view, 'open').href = otpauth_uri;
  part(view, 'secret').textContent = in_groups_of_four(secret);
  on_click(view, 'copy', () => copy(secret));
  ask_for_code(view, view.querySelector('form'), enrolment, options);
}

function show_sms(enrolment, options, notice) {
  const view = show('enrolment_sms', {notice});
  const form = part(view, 'code_form');
  set_text(part(view, 'lead'), 'code.lead_sms', {phone: phone_text(enrolment.sms.phone_hint)});
  const on_refused = (answer) => {
    if (is_logged_out(answer)) options.on_logged_out();
    else if (answer.code === 'not_found') begin_again('enrolment.not_open', options);
    else return false;
    return true;
  };
  offer_resend(view, {
    path: `${path_of(enrolment.enrolment)}/sms`,
    form,
    resend_after: enrolment.sms.resend_after,
    on_refused,
  });
  offer_other_number(view, enrolment, options);
  ask_for_code(view, form, enrolment, options);
}

function offer_other_number(view, enrolment, options) {
  const button = part(view, 'change');
  const form = part(view, 'phone_form');
  button.addEventListener('click', () => {
    form.hidden = !form.hidden;
    button.setAttribute('aria-expanded', String(!form.hidden));
    if (!form.hidden) form.elements.phone.focus();
  });
  handle_form(form, async ({phone}, key) => {
    const answer = await call('PATCH', path_of(enrolment.enrolment), {phone: phone.trim()}, {key});
    if (!view.isConnected) return undefined;
    if (answer.ok) return show_sms(answer.body, options, 'sms.sent_to_other');
    if (is_logged_out(answer)) return options.on_logged_out();
    if (is_over(answer)) return begin_again('enrolment.not_open', options);
    return trouble_of(answer, {invalid_phone: {field: 'phone'}, too_many_requests: 'sms.not_now'});
  });
}
