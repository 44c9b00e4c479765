// Lists of what is known: a name and a value a row.
import {date_text, moment_text, set_text, text} from './texts.js';

/// Fills a <dl> with `rows` of [name, value]. A name is the key of a text, or with {as_is} what is shown; a value is
/// text, an element, a list of them (one line each), or undefined: then the row is left out.
export function fill_facts(list, rows, {as_is = false} = {}) {
  const known = rows.filter(([, value]) => value !== undefined);
  list.replaceChildren(...known.map(([name, value]) => row_of(name, value, as_is)));
  list.hidden = known.length === 0;
}

function row_of(name, value, as_is) {
  const row = document.createElement('div');
  const term = document.createElement('dt');
  if (as_is) term.textContent = name;
  else set_text(term, name);
  const values = (Array.isArray(value) ? value : [value]).map((one) => {
    const description = document.createElement('dd');
    description.append(one);
    return description;
  });
  row.append(term, ...values);
  return row;
}

/// An identifier of the service.
export function id_element(id) {
  const element = document.createElement('code');
  element.textContent = id;
  return element;
}

/// The rows of an account as staff see it, and as it was at a moment.
export function account_rows(account) {
  const {two_step} = account;
  return [
    ['fact.identifier', account.identifier],
    ['fact.display_name', account.display_name],
    ['fact.account', id_element(account.account)],
    ['fact.roles', account.roles.map((role) => text(`role.${role}`)).join(', ')],
    ['profile.language', text(`profile.language_${account.language}`)],
    ['fact.access', text(account.disabled ? 'access.closed' : 'access.open')],
    ['two_step.title', text(two_step.enabled ? `enabled.${two_step.method}` : 'enabled.off')],
    ['fact.phone', two_step.phone_hint],
    ['fact.lock', two_step.enabled ? lock_text(two_step) : undefined],
    ['fact.recovery_codes', recovery_text(two_step)],
    ['fact.remember', two_step.remember && text(`remember.${two_step.remember}`)],
    ['fact.mandatory_from', two_step.mandatory_from && date_text(two_step.mandatory_from)],
  ];
}

export const is_locked = (two_step) => two_step.locked === true || two_step.locked_until !== undefined;

function lock_text(two_step) {
  if (two_step.locked) return text('locked.for_good');
  return two_step.locked_until ? text('locked.until', {time: moment_text(two_step.locked_until)}) : text('locked.no');
}

function recovery_text(two_step) {
  if (two_step.recovery_codes_left === undefined) return undefined;
  if (two_step.recovery_codes_left === 0) return text('fact.none');
  const key = two_step.recovery_codes_acknowledged ? 'fact.codes_left' : 'fact.codes_left_not_confirmed';
  return text(key, {number: two_step.recovery_codes_left});
}
