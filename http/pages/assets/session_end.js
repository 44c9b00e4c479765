// The end of the session: said before it comes, and seen when it came.
import {call, is_logged_out, now} from './api.js';
import {count_down} from './countdown.js';
import {close_dialogs} from './dialog.js';
import {duration_text, set_text, text} from './texts.js';
import {announce} from './view.js';

const WARN_MS = 5 * 60_000;
const USE_MS = 5 * 60_000;  // well below the time after which a session that is not used ends

const ACTIVITIES = ['input', 'keydown', 'pointerdown'];

let watched;  // {on_over, stop} of the session that is watched, if one is
let is_listening = false;
let used_ms = 0;

/// Warns in the last minutes before `expires_at`, and calls `on_over()` when the session is over. Who types or clicks
/// uses the session; whoever comes back to the page sees at once whether there still is one.
export function watch_session(expires_at, {on_over}) {
  if (!is_listening) listen();
  used_ms = now();
  watched?.stop();
  watched = {on_over, stop: warn_before(expires_at)};
}

/// Ends the watch of a session that is over: its warning, also as it was to be said, and the dialogs that were open in
/// it go.
export function stop_warning() {
  announce('');
  watched?.stop();
  watched = undefined;
  document.getElementById('session-end').hidden = true;
  close_dialogs();
}

function listen() {
  is_listening = true;
  const use = () => now() - used_ms > USE_MS && look();
  for (const activity of ACTIVITIES) addEventListener(activity, use, {passive: true});
  addEventListener('visibilitychange', () => document.visibilityState === 'visible' && look());
}

async function look() {
  const mine = watched;
  if (!mine) return;
  used_ms = now();
  const answer = await call('GET', '/v1/session');
  if (mine === watched && is_logged_out(answer)) end();
}

function end() {
  const {on_over} = watched;
  stop_warning();
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
