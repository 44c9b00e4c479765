// What a person sees and changes of their own account: the views of parts/settings.html and settings_views.html.
import {call, is_logged_out} from './api.js';
import {show_devices, show_phones} from './devices.js';
import {route_enrolment} from './enrolment.js';
import {show_history} from './history.js';
import {offer_logout} from './logout.js';
import {show_password} from './password.js';
import {show_profile} from './profile.js';
import {route_recovery_codes, show_waiting_codes} from './recovery_codes.js';
import {stop_warning, watch_session} from './session_end.js';
import {with_step_up} from './step_up.js';
import {set_text, use_language} from './texts.js';
import {show_recovery_left, show_two_step, show_two_step_off} from './two_step.js';
import {fragment, part, replace_step, show, show_unreachable} from './view.js';

let on_no_session;
let has_begun = false;
let turn = 0;  // of asking the service; an answer that comes when another turn began is not looked at

/// Shows the settings and follows the address from then on. `on_no_session()` is called where nobody is logged in.
export function start_settings(options) {
  on_no_session = options.on_no_session;
  addEventListener('popstate', () => go_on());
  addEventListener('pageshow', (event) => event.persisted && go_on());
  return go_on();
}

// Shows what the service and the address say. `notice` is the key of a sentence above it.
async function go_on(notice) {
  const mine = ++turn;
  if (show_waiting_codes()) return;
  const [session, account] = await Promise.all([call('GET', '/v1/session'), call('GET', '/v1/account')]);
  if (mine !== turn) return;
  const answers = [session, account];
  if (answers.some(is_logged_out)) return has_begun ? over() : on_no_session();
  const trouble = answers.find((answer) => !answer.ok);
  if (trouble) return show_unreachable(trouble, () => go_on(notice));
  has_begun = true;
  watch_session(session.body.expires_at, {on_over: over});
  await use_language(account.body.language);
  if (mine !== turn) return;
  await show_view(account.body, notice);
}

async function show_view(account, notice) {
  const context = {
    replaces: account.two_step.enabled,
    on_done: () => home(),
    on_saved: home,  // hears the key of the sentence that says what was done
    on_cancel: () => home(),
    on_logged_out: over,
    with_step_up,
  };
  if (route_recovery_codes(account, context) || (await route_enrolment(context))) return;
  if (fragment() === 'password') return show_password(account, context);
  if (fragment() === 'two-step-off' && account.two_step.enabled) return show_two_step_off(context);
  show_settings(account, context, notice);
}

function show_settings(account, context, notice) {
  replace_step('');
  const view = show('settings', {notice});
  set_text(part(view, 'who'), 'settings.who', {identifier: account.identifier});
  show_two_step(part(view, 'two_step'), account);
  show_recovery_left(part(view, 'recovery'), account.two_step);
  show_devices(part(view, 'devices'), account.two_step, context);
  show_phones(part(view, 'phones'), context);
  show_profile(part(view, 'profile'), account, context);
  show_history(part(view, 'history'), context);
  offer_logout(view, {on_logged_out: on_no_session});
}

function home(notice) {
  replace_step('');
  return go_on(notice);
}

// The session ended while the person was here. Codes that wait to be kept stay: nothing shows them again.
function over() {
  turn += 1;
  stop_warning();
  if (!show_waiting_codes()) show('session_over');
}
