// What happened to the account, newest first, by day.
import {is_waiting} from './countdown.js';
import {device_text} from './devices.js';
import {item, load} from './section.js';
import {clock_text, date_text, set_text, text} from './texts.js';
import {part} from './view.js';

const PAGE = 15;  // two screens of a phone

// That a session is used says only that somebody looks at a page. It is told every ten minutes and would hide the rest.
const NOT_TOLD = ['session.used'];

/// Shows the newest events, with a button for older ones.
export async function show_history(section, context) {
  const days = part(section, 'days');
  const more = part(section, 'more');
  let before = '';
  const load_page = () =>
    load(section, `/v1/account/history?limit=${PAGE}${before}`, context, (page) => {
      for (const event of page.events) if (!NOT_TOLD.includes(event.type)) add_event(days, event);
      more.hidden = page.before === undefined;
      before = `&before=${page.before}`;
    });
  more.addEventListener('click', async () => {
    if (is_waiting(more)) return;
    const shown = days.querySelectorAll('li').length;
    more.setAttribute('aria-disabled', 'true');
    await load_page();
    more.removeAttribute('aria-disabled');
    // The button may be gone, and reading goes on where the new ones begin.
    days.querySelectorAll('li')[shown]?.focus();
  });
  await load_page();
}

function add_event(days, {at, text: words, device, address}) {
  const row = item('event');
  row.tabIndex = -1;
  const time = row.querySelector('time');
  time.dateTime = at;
  time.textContent = clock_text(at);
  part(row, 'text').textContent = words;
  const from = [device && device_text(device), address && text('history.address', {address})].filter(Boolean);
  part(row, 'from').textContent = from.join(' · ');
  part(row, 'from').hidden = from.length === 0;
  list_of_day(days, new Date(at)).append(row);
}

// The day's list; events come newest first, so a day that is not the last one begins.
function list_of_day(days, date) {
  const day = date.toDateString();
  if (days.lastElementChild?.dataset.day !== day) {
    const element = item('day');
    element.dataset.day = day;
    name_day(element.querySelector('h3'), date);
    days.append(element);
  }
  return days.lastElementChild.querySelector('ul');
}

function name_day(heading, date) {
  const days_ago = (number) => {
    const day = new Date();
    day.setDate(day.getDate() - number);
    return day.toDateString();
  };
  if (date.toDateString() === days_ago(0)) set_text(heading, 'history.today');
  else if (date.toDateString() === days_ago(1)) set_text(heading, 'history.yesterday');
  else heading.textContent = date_text(date.toISOString());
}
