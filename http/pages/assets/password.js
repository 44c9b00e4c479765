// Changing the password.
import {call, is_logged_out} from './api.js';
import {handle_form, trouble_of} from './form.js';
import {with_step_up} from './step_up.js';
import {strength_of} from './strength.js';
import {set_text} from './texts.js';
import {on_click, part, show} from './view.js';

const WORDS = {
  credentials_rejected: {key: 'password.rejected', field: 'current_password'},
  weak_password: {field: 'new_password'},
};

/// Asks for the password and a new one, and changes it.
export function show_password(account, {on_saved, on_cancel, on_logged_out}) {
  const view = show('password');
  const form = view.querySelector('form');
  part(view, 'identifier').value = account.identifier;  // so that a password manager knows whose it is
  on_click(view, 'cancel', on_cancel);
  handle_form(form, async ({current_password, new_password}, key) => {
    const body = {current_password, new_password};
    const answer = await with_step_up(() => call('POST', '/v1/account/password', body, {key}));
    if (is_logged_out(answer)) return on_logged_out();
    if (answer.ok) return on_saved('password.changed');
    const trouble = trouble_of(answer, WORDS);
    if (!trouble.field) return trouble;
    // Only the one that was not right is typed again.
    form.elements[trouble.field].value = '';
    show_strength(view, account);
    return {...trouble, keeps: true};
  });
  form.elements.new_password.addEventListener('input', () => show_strength(view, account));
}

// It says the same until the strength is another one, so that nobody hears it at every key.
function show_strength(view, {identifier, display_name}) {
  const typed = view.querySelector('form').elements.new_password.value;
  const strength = part(view, 'strength');
  strength.hidden = typed === '';
  const level = typed === '' ? '' : strength_of(typed, [identifier, display_name ?? '']);
  if (strength.dataset.level === level) return;
  strength.dataset.level = level;
  if (level) set_text(part(view, 'strength_text'), `strength.${level}`);
  else part(view, 'strength_text').textContent = '';
}
