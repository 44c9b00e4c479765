// The end of the session: said before it comes, and seen when it came.
import {call, is_logged_out, now} from './api.js';
import {count_down} from './countdown.js';
import {duration_text, set_text, text} from './texts.js';
import {announce} from './view.js';

const WARN_MS = 5 * 60_000;
const USE_MS = 5 * 60_000;  // well below the time after which a session that is not used ends

const ACTIVITIES = ['input', 'keydown', 'pointerdown'];

let on_over = () => {};
let stop = () => {};
let used_ms = 0;

/// Warns in the last minutes before `expires_at`, and calls `on_over()` when the session is over. Who types or clicks
/// uses the session; whoever comes back to the page sees at once whether there still is one.
export function watch_session(expires_at, handlers) {
  if (used_ms === 0) listen();
  on_over = handlers.on_over;
  used_ms = now();
  stop();
  stop = warn_before(expires_at);
}

function listen() {
  const use = () => now() - used_ms > USE_MS && look();
  for (const activity of ACTIVITIES) addEventListener(activity, use, {passive: true});
  addEventListener('visibilitychange', () => document.visibilityState === 'visible' && look());
}

async function look() {
  used_ms = now();
  if (is_logged_out(await call('GET', '/v1/session'))) end();
}

function end() {
  stop();
  document.getElementById('session-end').hidden = true;
  on_over();
}

function warn_before(expires_at) {
  const bar = document.getElementById('session-end');
  const [words, again] = bar.children;
  bar.hidden = true;
  set_text(again, 'session.login_now');
  again.onclick = async () => {
    await call('DELETE', '/v1/session');
    location.replace('/');
  };
  return count_down(bar, Date.parse(expires_at), {
    tick: (seconds) => {
      if (seconds * 1000 > WARN_MS) return;
      set_text(words, 'session.soon', {left: duration_text(seconds)});
      if (!bar.hidden) return;
      bar.hidden = false;
      announce(text('session.soon', {left: duration_text(seconds)}));
    },
    done: end,
  });
}
