// Forms: one submission at a time, what is wrong said where it is wrong, and nothing that was typed lost but secrets.
import {new_key, now} from './api.js';
import {count_down} from './countdown.js';
import {duration_text, set_text, text} from './texts.js';
import {announce} from './view.js';

// Problems whose detail the service words for people, and better, because it knows why.
const WORDED_BY_SERVICE = ['forbidden', 'invalid_duration', 'invalid_phone', 'state_conflict', 'weak_password'];

/// What a person is told of an answer that is no success: {text, field?, retry_after_s?, keeps?}. `words` has, by code,
/// the key of a text, or {key, field} where the trouble belongs to one field; `field` alone keeps the service's
/// words. `keeps`: codes and passwords stay too, because they were not looked at; unless changed they go again with
/// the same key.
export function trouble_of(answer, words = {}) {
  const own = typeof words[answer.code] === 'string' ? {key: words[answer.code]} : (words[answer.code] ?? {});
  const field = own.field;
  const retry_after_s = answer.retry_after_s;
  if (own.key) return {text: text(own.key), field, retry_after_s};
  if (WORDED_BY_SERVICE.includes(answer.code) && answer.problem?.detail) return {text: answer.problem.detail, field};
  if (answer.offline) return {text: text('trouble.offline'), keeps: true};
  if (answer.code === 'not_confirmed') return {text: text('trouble.not_confirmed'), keeps: true};
  if (answer.code === 'too_many_requests') return {text: text('trouble.too_many_requests'), retry_after_s};
  if (answer.code === 'unavailable') return {text: text('trouble.unavailable'), retry_after_s, keeps: true};
  return {text: text('trouble.unexpected')};
}

/// What a person is told whose code was not right, by the method that the code is of: a trouble, at the field `code`.
export const trouble_of_code = (method) => ({
  text: text(method === 'sms' ? 'code.rejected_sms' : 'code.rejected_totp'),
  field: 'code',
});

const input_of = (form, name) => form.elements.namedItem(name);

// A group of radio buttons is a fieldset; everything else stands in a .field.
const field_of = (form, name) => {
  const input = input_of(form, name);
  return (input instanceof RadioNodeList ? input[0] : input).closest('.field, fieldset');
};

function clear_troubles(form) {
  for (const element of form.querySelectorAll('.trouble')) element.remove();
  for (const input of form.querySelectorAll('[aria-invalid]')) {
    input.removeAttribute('aria-invalid');
    const others = (input.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => !id.endsWith('-trouble'));
    if (others.join('')) input.setAttribute('aria-describedby', others.join(' '));
    else input.removeAttribute('aria-describedby');
  }
}

function describe_by(input, id) {
  const before = input.getAttribute('aria-describedby');
  input.setAttribute('aria-describedby', before ? `${id} ${before}` : id);
  input.setAttribute('aria-invalid', 'true');
}

function trouble_element(words) {
  const element = document.createElement('p');
  element.className = 'trouble';
  element.textContent = words;
  return element;
}

/// Shows a trouble: at its field and with the focus there, or above the form. Where it is over by itself, it counts
/// down and the form waits. It takes the place of the one before, and of its wait.
export function show_trouble(form, trouble) {
  waits.get(form)?.();
  clear_troubles(form);
  const element = trouble_element(trouble.text);
  if (trouble.field) {
    const input = input_of(form, trouble.field);
    const first = input instanceof RadioNodeList ? input[0] : input;
    element.id = `${trouble.field}-trouble`;
    const field = field_of(form, trouble.field);
    if (field.tagName === 'FIELDSET') field.querySelector('legend').after(element);
    else if (first.type === 'checkbox') field.prepend(element);
    else first.closest('.field > *').before(element);
    describe_by(first, element.id);
    first.focus();
  } else {
    element.tabIndex = -1;
    form.prepend(element);
    element.focus();
  }
  if (trouble.retry_after_s) wait(form, element, trouble.retry_after_s);
}

const waits = new WeakMap();  // of forms that wait: what ends it

function wait(form, element, seconds) {
  const ends_ms = now() + seconds * 1000;
  const left = document.createElement('span');
  left.setAttribute('aria-hidden', 'true');  // the sentence beside it says how long, once
  element.append(' ', left);
  announce(`${element.textContent} ${text('trouble.wait', {left: duration_text(seconds)})}`);
  for (const button of form.querySelectorAll('[type="submit"]')) button.setAttribute('aria-disabled', 'true');
  const stop = count_down(element, ends_ms, {
    tick: (still) => set_text(left, 'trouble.wait', {left: duration_text(still)}),
    done: () => {
      end();
      set_text(element, 'trouble.again');
      element.classList.add('over');
      announce(element.textContent);
    },
  });
  const end = () => {
    stop();
    waits.delete(form);
    for (const button of form.querySelectorAll('[type="submit"]')) button.removeAttribute('aria-disabled');
  };
  waits.set(form, end);
}

/// Whether a form was submitted and the answer has not come.
export const is_sending = (form) => form.getAttribute('aria-busy') === 'true';

const is_busy = (form) => is_sending(form) || form.querySelector('[type="submit"][aria-disabled="true"]') !== null;

// What has to be filled in and is not: the first such field.
function missing(form) {
  for (const input of form.elements) {
    if (!input.required || input.disabled || input.closest('[hidden]')) continue;
    const is_empty = input.type === 'checkbox' ? !input.checked : input.value.trim() === '';
    if (is_empty) return {text: text(input.dataset.missing), field: input.name};
  }
  return undefined;
}

function values_in(form) {
  const values = {};
  for (const input of form.elements) {
    if (!input.name || input.disabled || input.closest('[hidden]')) continue;
    if (input.type === 'radio') {
      if (input.checked) values[input.name] = input.value;
    } else {
      values[input.name] = input.type === 'checkbox' ? input.checked : input.value;
    }
  }
  return values;
}

// Codes and passwords are typed again, everything else stays.
function forget_secrets(form) {
  for (const input of form.elements) {
    if (input.dataset.secret !== undefined) input.value = '';
  }
}

/// Handles a form. A field that is required has data-missing, the key of what is said where it is empty.
/// `send(values, key)` sends it and gives nothing where all is well, or a trouble as trouble_of makes it. `key` is an
/// Idempotency-Key that stays while the answer to the same values is not known.
export function handle_form(form, send) {
  let key = new_key();
  form.noValidate = true;
  form.addEventListener('input', () => (key = new_key()));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (is_busy(form)) return;
    clear_troubles(form);
    const empty = missing(form);
    if (empty) {
      show_trouble(form, empty);
      return;
    }
    form.setAttribute('aria-busy', 'true');
    let trouble;
    try {
      trouble = await send(values_in(form), key);
    } finally {
      form.removeAttribute('aria-busy');
    }
    if (!trouble || !form.isConnected) return;
    if (!trouble.keeps) {
      key = new_key();
      forget_secrets(form);
    }
    show_trouble(form, trouble);
  });
  for (const input of form.querySelectorAll('input[type="password"]')) make_revealable(input);
}

// A password that can be looked at is typed right more often, and pasted just the same.
function make_revealable(input) {
  const frame = document.createElement('div');
  frame.className = 'revealable';
  input.dataset.secret = '';
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'reveal';
  const show = (is_shown) => {
    input.type = is_shown ? 'text' : 'password';
    set_text(button, is_shown ? 'password.hide' : 'password.show');
  };
  show(false);
  button.addEventListener('click', () => show(input.type === 'password'));
  // A browser remembers what was sent as text, and offers it to whoever types there next.
  input.form.addEventListener('submit', () => show(false));
  const has_focus = document.activeElement === input;
  input.replaceWith(frame);
  frame.append(input, button);
  if (has_focus) input.focus();  // what is moved loses it
}

/// The six digits of a code however it was typed or pasted ('014 874'), or null.
export function read_code(typed) {
  const digits = typed.replace(/[\s\-\u2010-\u2015.]/g, '');
  return /^[0-9]{6}$/.test(digits) ? digits : null;
}

/// A recovery code in the form of the paper it stands on, or null.
export function read_recovery_code(typed) {
  const symbols = typed.replace(/[\s\-\u2010-\u2015.]/g, '').toUpperCase();
  return /^[A-HJ-NP-Z2-9]{12}$/.test(symbols) ? symbols.replace(/(.{4})(.{4})/, '$1-$2-') : null;
}
