// What the sections of the settings have in common.
import {call, is_logged_out} from './api.js';
import {is_waiting} from './countdown.js';
import {show_trouble, trouble_of} from './form.js';
import {fill_texts} from './texts.js';
import {add_notice, copy_of, part, remove_notice} from './view.js';

/// A copy of <template id="item-NAME">, with its words.
export function item(name) {
  const element = copy_of(`item-${name}`);
  fill_texts(element);
  return element;
}

/// Asks for what a section lists, and calls `render(body)`; what goes wrong is said where the list stands, also in a
/// section that waits for its list to be shown.
export async function load(section, path, {on_logged_out}, render) {
  const answer = await call('GET', path);
  if (!section.isConnected) return;
  if (is_logged_out(answer)) {
    on_logged_out();
  } else if (answer.ok) {
    remove_notice(section, 'settings.not_loaded');
    render(answer.body);
  } else {
    section.hidden = false;
    add_notice(section, 'settings.not_loaded');
  }
}

/// Gives a button of a section its command: `send()` gives the promise of its answer, `done()` hears that it worked.
/// One at a time; what goes wrong is said above the section's list. What is gone already counts as removed.
export function on_command(section, button, {on_logged_out}, send, done) {
  button.addEventListener('click', async () => {
    if (is_waiting(button)) return;
    button.setAttribute('aria-disabled', 'true');
    const answer = await send();
    button.removeAttribute('aria-disabled');
    if (answer === undefined) return;  // the person thought better of it
    if (is_logged_out(answer)) on_logged_out();
    else if (answer.ok || answer.code === 'not_found') done();
    else show_trouble(part(section, 'list'), {text: trouble_of(answer).text});
  });
}

/// Says in a section that something was done, and moves the focus to its heading: the button may be gone.
export function say_done(section, key) {
  add_notice(section, key);
  section.querySelector('h2').focus();
}
