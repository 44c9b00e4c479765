// The six recovery codes: shown once, kept by the person, and confirmed. The views are those of
// parts/recovery_codes.html.
import {call, is_logged_out} from './api.js';
import {handle_form, trouble_of} from './form.js';
import {date_text, set_text, text} from './texts.js';
import {copy, fragment, is_shown, on_click, part, replace_step, show, step_to} from './view.js';

// Codes that were shown and not confirmed yet, with their options. Nothing else keeps them: not the address, no
// storage.
let waiting = null;

const warn = (event) => event.preventDefault();

// Options of all that is exported here: on_done(), on_cancel(), on_logged_out() and with_step_up(send) as in
// enrolment.js; `lead` is the key of the sentence above the codes.

/// Shows codes that were just made. They stay until the person says that they are kept.
export function show_recovery_codes(codes, options) {
  waiting = {codes, options};
  addEventListener('beforeunload', warn);
  step_to('recovery-codes');
  show_codes();
}

/// Shows the codes that wait for the person's confirmation again, as after the back button. Gives false where none do.
export function show_waiting_codes() {
  if (!waiting) return false;
  step_to('recovery-codes');
  if (!is_shown('recovery_codes')) show_codes();  // otherwise what was ticked stays ticked
  return true;
}

function show_codes() {
  const {codes, options} = waiting;
  const view = show('recovery_codes');
  set_text(part(view, 'lead'), options.lead);
  part(view, 'codes').replaceChildren(...codes.map(item_of));
  set_text(part(view, 'printed'), 'codes.printed', {date: today()});
  on_click(view, 'copy', () => copy(codes.join('\n')));
  on_click(view, 'print', () => print());
  offer_download(part(view, 'download'), codes);
  handle_form(view.querySelector('form'), async (_, key) => {
    const answer = await call('POST', '/v1/account/recovery-codes/acknowledge', undefined, {key});
    // Where the session is over or two-step is off again, there is nothing left to confirm.
    if (!answer.ok && !is_logged_out(answer) && answer.code !== 'state_conflict') return trouble_of(answer);
    waiting = null;
    removeEventListener('beforeunload', warn);
    forget_file();
    options.on_done();
  });
}

const today = () => date_text(new Date().toISOString());

function item_of(code) {
  const item = document.createElement('li');
  const words = document.createElement('code');
  words.textContent = code;
  item.append(words);
  return item;
}

let file_address;  // of the file to download, which the browser keeps as long as it has an address

function forget_file() {
  if (file_address) URL.revokeObjectURL(file_address);
  file_address = undefined;
}

function offer_download(link, codes) {
  const organisation = document.getElementById('organisation').textContent;
  const lines = [text('codes.file_title', {organisation}), text('codes.printed', {date: today()}), '', ...codes, ''];
  forget_file();
  file_address = URL.createObjectURL(new Blob([lines.join('\r\n')], {type: 'text/plain;charset=utf-8'}));
  link.href = file_address;
  link.download = text('codes.file_name');
}

/// Shows what the address says of recovery codes: codes that wait, '#recovery-codes' of codes that a reload lost, and
/// '#recovery-codes/new'. Gives false, and shows nothing, where the address is about something else.
export function route_recovery_codes(account, options) {
  if (show_waiting_codes()) return true;
  const {enabled, recovery_codes_acknowledged} = account.two_step;
  if (!enabled) return false;
  if (fragment() === 'recovery-codes/new') {
    start_new_recovery_codes(options);
    return true;
  }
  if (fragment() !== 'recovery-codes' || recovery_codes_acknowledged) return false;
  show_lost(options);
  return true;
}

function show_lost(options) {
  const view = show('recovery_codes_lost');
  on_click(view, 'make', () => {
    step_to('recovery-codes/new');
    start_new_recovery_codes(options);
  });
  on_click(view, 'later', options.on_done);
}

/// Asks for the password and makes new codes; the old ones are void then.
function start_new_recovery_codes(options) {
  step_to('recovery-codes/new');
  const view = show('new_recovery_codes');
  const form = view.querySelector('form');
  on_click(view, 'cancel', options.on_cancel);
  handle_form(form, async ({password}, key) => {
    const {with_step_up = (send) => send()} = options;
    const answer = await with_step_up(() => call('POST', '/v1/account/recovery-codes', {password}, {key}));
    if (is_logged_out(answer)) return options.on_logged_out();
    if (answer.ok) {
      replace_step('recovery-codes');
      return show_recovery_codes(answer.body.recovery_codes, {...options, lead: 'codes.lead_new'});
    }
    return trouble_of(answer, {
      credentials_rejected: {key: 'password.rejected', field: 'password'},
      step_up_required: 'enrolment.step_up_required',
    });
  });
}
