// The words of the pages: one catalogue for each language, and how times read in it.

const LANGUAGES = ['nl', 'en'];
const WORDED = '[data-text], [data-text-label], [data-text-placeholder]';

let shown = document.documentElement.lang;
let catalogue = {};
const values_of = new WeakMap();  // of elements with data-text, so that they can be said again in another language

/// Loads a language's catalogue and makes it the one that is shown. An unknown language changes nothing.
/// Where the catalogue cannot be had, the one before stays: words in the wrong language are better than none.
export async function use_language(language) {
  if (!LANGUAGES.includes(language) || (language === shown && Object.keys(catalogue).length > 0)) return;
  try {
    const response = await fetch(new URL(`./texts.${language}.json`, import.meta.url));
    if (!response.ok) return;
    catalogue = await response.json();
  } catch {
    return;
  }
  shown = language;
  document.documentElement.lang = language;
  document.querySelectorAll(WORDED).forEach(say);
}

/// The language that is shown: 'nl' or 'en'.
export const language = () => shown;

/// The text with that key, with each {name} filled in from `values`.
export function text(key, values = {}) {
  const found = catalogue[key];
  if (found === undefined) {
    console.error(`there is no text ${key}`);
    return key;
  }
  return found.replace(/\{([a-z_]+)\}/g, (place, name) => values[name] ?? place);
}

function say(element) {
  const values = values_of.get(element);
  const {text: words, textLabel: label, textPlaceholder: placeholder} = element.dataset;
  if (words) element.textContent = text(words, values);
  if (label) element.setAttribute('aria-label', text(label, values));
  if (placeholder) element.setAttribute('placeholder', text(placeholder, values));
}

/// Gives an element its words, now and when the language changes.
export function set_text(element, key, values) {
  element.dataset.text = key;
  if (values) values_of.set(element, values);
  else values_of.delete(element);
  say(element);
}

/// Gives every element below `root` the words that its data-text, data-text-label and data-text-placeholder name.
export function fill_texts(root, values) {
  for (const element of root.querySelectorAll(WORDED)) {
    if (values) values_of.set(element, values);
    say(element);
  }
}

/// A masked number that stays on one line.
export const phone_text = (phone_hint) => phone_hint?.replaceAll(' ', '\u00a0');

/// A time of the API (RFC 3339) as people write it: '14:32', and with the day where that is another one.
export function time_text(rfc3339) {
  const at = new Date(rfc3339);
  const is_today = at.toDateString() === new Date().toDateString();
  const day = is_today ? {} : {weekday: 'long', day: 'numeric', month: 'long'};
  return new Intl.DateTimeFormat(locale(), {...day, hour: '2-digit', minute: '2-digit'}).format(at);
}

/// The time of the day of a time of the API: '14:32'.
export const clock_text = (rfc3339) =>
  new Intl.DateTimeFormat(locale(), {hour: '2-digit', minute: '2-digit'}).format(new Date(rfc3339));

/// The day of a time of the API: '15 maart 2026'.
export function date_text(rfc3339) {
  return new Intl.DateTimeFormat(locale(), {day: 'numeric', month: 'long', year: 'numeric'}).format(new Date(rfc3339));
}

/// A time of the API to the second, with its day: '15 mrt 2026 14:32:08'.
export function moment_text(rfc3339) {
  return new Intl.DateTimeFormat(locale(), {dateStyle: 'medium', timeStyle: 'medium'}).format(new Date(rfc3339));
}

// Not en-US, so that clocks have 24 hours in both languages.
const locale = () => (shown === 'nl' ? 'nl-NL' : 'en-GB');

/// How long, in words: '28 seconden', '3 minuten'. Minutes and hours are rounded up, so that nobody comes back too
/// early.
export function duration_text(seconds) {
  const counted = (number, one, many) => text(number === 1 ? one : many, {number});
  if (seconds < 60) return counted(Math.max(1, Math.ceil(seconds)), 'time.second', 'time.seconds');
  if (seconds < 3600) return counted(Math.ceil(seconds / 60), 'time.minute', 'time.minutes');
  return counted(Math.ceil(seconds / 3600), 'time.hour', 'time.hours');
}
