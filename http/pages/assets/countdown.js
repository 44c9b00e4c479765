// Times that run out. Seconds are shown, and said aloud only when they matter.
import {now} from './api.js';
import {duration_text, set_text, text, time_text} from './texts.js';
import {announce} from './view.js';

const WARN_S = 60;  // people who type slowly still finish in it (WCAG 2.2.1 asks for 20 s at least)

/// Calls `tick(seconds)` now and every second until `ends_ms` (of the service's clock), then `done()`. A time that is
/// none is over.
/// It ends when `element` leaves the page. Gives a function that ends it earlier.
export function count_down(element, ends_ms, {tick = () => {}, done = () => {}}) {
  let timer;
  const step = () => {
    if (!element.isConnected) return;
    const left_ms = ends_ms - now();
    if (!(left_ms > 0)) {
      done();
      return;
    }
    tick(Math.ceil(left_ms / 1000));
    // To the next whole second, and not a second from now: a timer that was late catches up.
    timer = setTimeout(step, Math.min(left_ms, (left_ms % 1000) + 10));
  };
  step();
  return () => clearTimeout(timer);
}

/// Says in `element` until when something can be done, warns in the last minute, and calls `over()`. What the service
/// just said is open, and by this computer's clock is not, has no time that could be shown: then it does none of
/// this.
export function show_expiry(element, expires_at, over) {
  element.hidden = !(Date.parse(expires_at) > now());
  if (element.hidden) return () => {};
  let warned = false;
  set_text(element, 'expiry.until', {time: time_text(expires_at)});
  return count_down(element, Date.parse(expires_at), {
    tick: (seconds) => {
      if (seconds > WARN_S) return;
      set_text(element, 'expiry.soon', {left: duration_text(seconds)});
      if (warned) return;
      warned = true;
      element.classList.add('urgent');
      announce(text('expiry.warning', {left: duration_text(seconds)}));
    },
    done: over,
  });
}

/// A button that works again at a time: until then it says how long that takes, and does nothing. `key` are its words,
/// `wait_key` those beside them, with {left}.
export function wait_on(button, ends_ms, {key, wait_key}) {
  const label = document.createElement('span');
  const left = document.createElement('span');
  // Whoever pressed it still has the focus on it, and would hear every second of a name that changes.
  left.setAttribute('aria-hidden', 'true');
  set_text(label, key);
  delete button.dataset.text;
  button.replaceChildren(label, ' ', left);
  button.setAttribute('aria-disabled', 'true');
  return count_down(button, ends_ms, {
    tick: (seconds) => set_text(left, wait_key, {left: duration_text(seconds)}),
    done: () => {
      button.removeAttribute('aria-disabled');
      set_text(button, key);
    },
  });
}

/// Whether a button waits; whoever handles its click asks.
export const is_waiting = (button) => button.getAttribute('aria-disabled') === 'true';
