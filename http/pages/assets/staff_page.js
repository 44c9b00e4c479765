// The staff page: logging in as everywhere, and then what the session's roles allow.
import {call, is_logged_out} from './api.js';
import {forget_login, start_login} from './login.js';
import {prepare_page} from './page.js';
import {stop_warning, watch_session} from './session_end.js';
import {open_audit} from './staff_audit.js';
import {open_people, open_resets} from './staff_people.js';
import {forget_step_up} from './step_up.js';
import {set_text, use_language} from './texts.js';
import {fragment, replace_step, show_unreachable, step_to} from './view.js';

const AREAS = [
  {name: 'people', roles: ['helpdesk', 'admin'], open: open_people},
  {name: 'resets', roles: ['helpdesk', 'admin'], open: open_resets},
  {name: 'audit', roles: ['auditor'], open: open_audit},
];

const bar = document.getElementById('staff-bar');

let session;
let wanted = '';  // the view that was asked for before somebody had to log in
let turn = 0;  // of opening a view; what comes when another turn began is not shown

const allowed_areas = () => AREAS.filter(({roles}) => roles.some((role) => session.roles.includes(role)));

function log_in({notice, prepared} = {}) {
  bar.hidden = true;
  return start_login({on_done: arrive, notice, prepared});
}

// The page stays and the next one to log in may be a colleague: nothing of the session is left on it.
function leave(notice) {
  turn += 1;
  wanted = fragment();
  session = undefined;
  stop_warning();
  forget_login();
  forget_step_up();
  removeEventListener('popstate', on_step);
  return log_in({notice});
}

async function arrive() {
  const [answer, account] = await Promise.all([call('GET', '/v1/session'), call('GET', '/v1/account')]);
  const trouble = [answer, account].find(({ok}) => !ok);
  if (trouble) return is_logged_out(trouble) ? log_in({notice: 'staff.over'}) : show_unreachable(trouble, arrive);
  session = answer.body;
  await use_language(account.body.language);
  document.getElementById('staff-name').textContent = account.body.display_name ?? account.body.identifier;
  document.getElementById('staff-areas').replaceChildren(...allowed_areas().map(link_to));
  bar.hidden = false;
  watch_session(session.expires_at, {on_over: () => session && leave('staff.over')});
  if (wanted) replace_step(wanted);
  addEventListener('popstate', on_step);
  return open_view();
}

function link_to({name}) {
  const item = document.createElement('li');
  const link = document.createElement('a');
  link.href = `#${name}`;
  set_text(link, `staff.${name}`);
  item.append(link);
  return item;
}

const on_step = () => open_view();

function go_to(name, said) {
  step_to(name);
  return open_view(said);
}

// The address names the view: '#people/acc_…', '#audit/acc_…?type=login.completed'. `said` is a notice: view.js shows
// it.
async function open_view(said) {
  const mine = ++turn;
  const [path, query] = fragment().split('?');
  const [name, ...rest] = path.split('/');
  const area = allowed_areas().find((one) => one.name === name) ?? allowed_areas()[0];
  if (area.name !== name) replace_step(area.name);
  for (const link of bar.querySelectorAll('a')) {
    if (link.hash === `#${area.name}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  await area.open(area.name === name ? rest : [], {
    session,
    query: new URLSearchParams(query),
    is_current: () => mine === turn,
    on_trouble: (answer) => {
      if (mine !== turn) return undefined;
      return is_logged_out(answer) ? leave('staff.over') : show_unreachable(answer, on_step);
    },
    said,
    go_to: (next, next_said) => (mine === turn ? go_to(next, next_said) : undefined),
  });
}

document.getElementById('log-out').addEventListener('click', async () => {
  const answer = await call('DELETE', '/v1/session');
  if (!answer.ok && !is_logged_out(answer)) return show_unreachable(answer, on_step);
  replace_step('');
  return leave('staff.logged_out');
});

// A page that comes back from the browser's memory is of a session that may be over.
addEventListener('pageshow', (event) => event.persisted && location.reload());

wanted = fragment();
log_in({prepared: prepare_page()});
