// The second step in the settings: how it stands, the recovery codes that are left, and switching it off.
import {call, is_logged_out, now} from './api.js';
import {handle_form, trouble_of} from './form.js';
import {with_step_up} from './step_up.js';
import {date_text, set_text, time_text} from './texts.js';
import {on_click, part, show} from './view.js';

const FEW_CODES = 2;

/// Says how two-step verification stands, and offers what can be changed.
export function show_two_step(section, {two_step, roles}) {
  const {enabled, method, phone_hint: phone, locked, locked_until, mandatory_from} = two_step;
  const is_mandatory = mandatory_from !== undefined && Date.parse(mandatory_from) <= now();
  const is_staff = roles.some((role) => role !== 'person');  // who changes it at another address
  const status = part(section, 'status');
  set_text(status, enabled ? 'two_step.is_on' : 'two_step.is_off');
  status.classList.toggle('on', enabled);
  set_text(part(section, 'method'), enabled ? `two_step.by_${method}` : 'two_step.why', {phone});

  const lock = part(section, 'lock');
  lock.hidden = !locked && !locked_until;
  if (locked) set_text(lock, 'two_step.locked');
  else if (locked_until) set_text(lock, 'two_step.locked_until', {time: time_text(locked_until)});

  const mandatory = part(section, 'mandatory');
  mandatory.hidden = mandatory_from === undefined;
  if (is_mandatory) set_text(mandatory, 'two_step.mandatory');
  else if (mandatory_from) set_text(mandatory, 'offer.mandatory_from', {date: date_text(mandatory_from)});

  part(section, 'staff').hidden = !is_staff;
  part(section, 'ways').hidden = is_staff;
  part(section, 'on').hidden = enabled;
  part(section, 'change').hidden = !enabled;
  set_text(part(section, 'change'), 'enrolment.title_replace');
  part(section, 'off').hidden = !enabled || is_mandatory;
}

/// How many recovery codes are left, and whether they were kept.
export function show_recovery_left(section, {enabled, recovery_codes_left: number, recovery_codes_acknowledged: kept}) {
  section.hidden = !enabled;
  if (!enabled) return;
  const key = number === 0 ? 'recovery_left.none' : number === 1 ? 'recovery_left.one' : 'recovery_left.many';
  set_text(part(section, 'left'), key, {number});
  part(section, 'few').hidden = number > FEW_CODES;
  part(section, 'not_kept').hidden = kept || number <= FEW_CODES;
}

/// Asks for the password and switches two-step verification off.
export function show_two_step_off({on_saved, on_cancel, on_logged_out}) {
  const view = show('two_step_off');
  on_click(view, 'cancel', on_cancel);
  handle_form(view.querySelector('form'), async ({password}, key) => {
    const answer = await with_step_up(() => call('DELETE', '/v1/account/two-step', {password}, {key}));
    if (is_logged_out(answer)) return on_logged_out();
    if (!answer.ok) return trouble_of(answer, {credentials_rejected: {key: 'password.rejected', field: 'password'}});
    on_saved('two_step.off_done');
  });
}
