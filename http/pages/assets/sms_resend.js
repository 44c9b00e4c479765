// The button that has the same code sent by SMS once more.
import {call, now} from './api.js';
import {is_waiting, wait_on} from './countdown.js';
import {show_trouble, trouble_of} from './form.js';
import {add_notice, announce, part, remove_notice} from './view.js';

const WORDS = {key: 'sms.resend', wait_key: 'sms.resend_wait'};

/// Readies [data-part="resend"] of a view that waits for a code. `resend_after` is the API's: where it is absent the
/// code is not sent any more, and the button is not there. `send()` asks for the code, and is POST `path` where it is
/// not given; `on_sent(body)` hears that one is on its way; `on_refused(answer)` may give true for an answer that it
/// deals with. Troubles are shown above `form`.
export function offer_resend(view, {path, send = () => call('POST', path), form, resend_after, on_sent, on_refused}) {
  const button = part(view, 'resend');
  const wait_until = (time) => {
    button.hidden = time === undefined;
    if (!button.hidden) wait_on(button, Date.parse(time), WORDS);
  };
  wait_until(resend_after);
  if (button.hidden) return;
  button.addEventListener('click', async () => {
    if (is_waiting(button)) {
      announce(button.textContent);
      return;
    }
    button.setAttribute('aria-disabled', 'true');
    const answer = await send();
    button.removeAttribute('aria-disabled');
    if (!button.isConnected) return;
    if (answer.ok) {
      on_sent?.(answer.body);
      add_notice(view, 'sms.sent_again');
      wait_until(answer.body.resend_after);
      if (button.hidden) form.querySelector('input').focus();  // it was on the button
      return;
    }
    if (on_refused?.(answer)) return;
    if (answer.code === 'state_conflict') button.hidden = true;
    const trouble = trouble_of(answer, {too_many_requests: 'sms.not_now'});
    remove_notice(view);
    show_trouble(form, {text: trouble.text});
    if (answer.retry_after_s) wait_on(button, now() + answer.retry_after_s * 1000, WORDS);
  });
}
