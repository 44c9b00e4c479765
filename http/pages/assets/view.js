// Views: a page is one of its templates at a time.
import {fill_texts, set_text, text} from './texts.js';

const main = () => document.getElementById('main');

let is_first = true;

/// Shows <template id="view-NAME"> in <main>: gives it its words (with `values` in their places), the page its title,
/// and moves the focus: to [data-focus], otherwise to the heading. `notice` is the key of a sentence above everything
/// else. Gives the view's element. Where the heading says whose view it is, the template's data-title is the key of the
/// page's title: the browser keeps titles.
export function show(name, {values, notice, notice_values} = {}) {
  const view = copy_of(`view-${name}`);
  fill_texts(view, values);
  if (notice) add_notice(view, notice, notice_values);
  main().replaceChildren(view);
  main().dataset.view = name;
  main().removeAttribute('aria-busy');
  const heading = view.querySelector('h1');
  heading.tabIndex = -1;
  const {title} = document.getElementById(`view-${name}`).dataset;
  const organisation = document.getElementById('organisation').textContent;
  document.title = `${title ? text(title) : heading.textContent} – ${organisation}`;
  // Whoever just opened the page hears its title anyway, and starts reading at its top.
  const first = view.querySelector('[data-focus]') ?? (is_first ? null : heading);
  first?.focus();
  if (!is_first) scrollTo(0, 0);
  is_first = false;
  return view;
}

/// A copy of what a <template> has, without its words.
export const copy_of = (id) => document.getElementById(id).content.cloneNode(true).firstElementChild;

/// Whether that view is on the screen.
export const is_shown = (name) => main().dataset.view === name;

/// The element of a view that has data-part="NAME".
export const part = (view, name) => view.querySelector(`[data-part="${name}"]`);

/// Puts a sentence below the heading of a view, a section or a dialog, in place of the one before, and says it.
export function add_notice(view, key, values) {
  remove_notice(view);
  const notice = document.createElement('p');
  notice.className = 'notice';
  set_text(notice, key, values);
  view.querySelector('h1, h2').after(notice);
  announce(notice.textContent);
}

/// Takes that sentence away, where something else is said instead; with a key, only where it is that one.
export function remove_notice(view, key) {
  const notice = view.querySelector('.notice');
  if (!key || notice?.dataset.text === key) notice?.remove();
}

let announcing;

/// Has a screen reader say something that is seen without the focus going there, in place of what it was to say before.
export function announce(words) {
  const region = document.getElementById('announcements');
  region.textContent = '';
  clearTimeout(announcing);
  // A region that is filled in the same moment as it is emptied has not changed for those who listen.
  announcing = setTimeout(() => (region.textContent = words), 100);
}

/// The part of the address that names the view, without its #.
export const fragment = () => location.hash.slice(1);

/// Names the view in the address, as a step that the back button takes back.
export function step_to(name) {
  if (fragment() !== name) history.pushState(null, '', address_of(name));
}

/// Names the view in the address, in place of the step before.
export function replace_step(name) {
  if (fragment() !== name) history.replaceState(null, '', address_of(name));
}

const address_of = (name) => (name ? `#${name}` : location.pathname);

/// Shows that the service does not answer, until the person wants to try again.
export function show_unreachable(answer, again) {
  const view = show('unreachable');
  set_text(part(view, 'why'), answer.offline ? 'trouble.offline' : 'trouble.unavailable');
  part(view, 'again').addEventListener('click', again);
}

/// Gives a button of a view its action.
export function on_click(view, name, action) {
  part(view, name).addEventListener('click', action);
}

/// Copies words; gives whether that worked, and says so.
export async function copy(words) {
  let copied = true;
  try {
    await navigator.clipboard.writeText(words);
  } catch {
    copied = false;
  }
  announce(text(copied ? 'copy.done' : 'copy.failed'));
  return copied;
}
