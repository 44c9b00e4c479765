// The one way to the HTTP contract. Tokens are cookies that no script can read; the header asks for them.
import {language} from './texts.js';

const TIMEOUT_MS = 30_000;  // longer than the service lets a password wait for its turn

let ahead_ms = 0;  // how far the service's clock is ahead of this computer's, where it says so

/// The service's time, in milliseconds: what `expires_at` and `resend_after` are compared with.
export const now = () => Date.now() + ahead_ms;

// Date has whole seconds: a smaller difference is none.
function learn_time(response) {
  const date = Date.parse(response.headers.get('Date') ?? '');
  if (Number.isNaN(date)) return;
  const difference = date - Date.now();
  ahead_ms = Math.abs(difference) > 2_000 ? difference : 0;
}

/// A key that makes the repeat of a command the same command (Idempotency-Key).
export const new_key = () => crypto.randomUUID();

/// Sends a request and never throws. Gives {ok, status, body, text, code, problem, retry_after_s, offline}:
///   body           what a success answers (undefined where it answers nothing), and `text`: the same as it came
///   code           the problem's code; 'offline' where no answer came, 'unavailable' where it was none of the
///                  service's
///   problem        the whole problem document
///   retry_after_s  seconds to wait, of 429 and 503
export async function call(method, path, body, {key} = {}) {
  const headers = {'X-Requested-With': 'tweestap', 'Accept-Language': language()};
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (key) headers['Idempotency-Key'] = key;
  let response;
  let words;
  try {
    response = await fetch(path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      cache: 'no-store',
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    words = await response.text();
  } catch {
    return {ok: false, status: 0, code: 'offline', offline: true};
  }
  learn_time(response);
  const answer = json_of(response, words);
  // A success in words that are no JSON is none of the service's: a proxy has pages of its own.
  const is_ours = answer !== undefined || words === '';
  if (response.ok && is_ours) return {ok: true, status: response.status, body: answer, text: words};
  const retry_after_s = Number.parseInt(response.headers.get('Retry-After') ?? '', 10);
  return {
    ok: false,
    status: response.status,
    code: answer?.code ?? 'unavailable',
    problem: answer,
    retry_after_s: Number.isNaN(retry_after_s) ? undefined : retry_after_s,
  };
}

function json_of(response, words) {
  if (!/^application\/(problem\+)?json\b/.test(response.headers.get('Content-Type') ?? '')) return undefined;
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}

/// Whether an answer says that the person is not logged in, or not any more.
export const is_logged_out = (answer) => answer.code === 'session_required' || answer.code === 'token_expired';
