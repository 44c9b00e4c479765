// Time-based one-time passwords: RFC 6238 with SHA-1, six digits and 30 seconds, what all authenticator apps know.

export const PERIOD_S = 30;
const DIGITS = 6;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';  // base32 (RFC 4648, section 6)
const SECRET_BYTES_MIN = 10;  // shorter ones are typing mistakes; the service's own have 20
const SECRET_BYTES_MAX = 128;

/// The bytes of a secret in base32, in any case and with spaces or dashes, or null.
export function read_secret(typed) {
  const symbols = typed.replace(/[\s-]/g, '').replace(/=+$/, '').toUpperCase();
  const bytes = [];
  let bits = 0;
  let held = 0;
  for (const symbol of symbols) {
    const value = ALPHABET.indexOf(symbol);
    if (value < 0) return null;
    held = ((held << 5) | value) & 0xfff;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 0xff);
    }
  }
  return bytes.length >= SECRET_BYTES_MIN && bytes.length <= SECRET_BYTES_MAX ? new Uint8Array(bytes) : null;
}

/// What an authenticator gets of a secret or an otpauth:// address: {name, secret}. Null where it is neither, or asks
/// for codes of another kind. `name` is empty for a secret alone.
export function read_account(typed) {
  const words = typed.trim();
  if (!/^otpauth:/i.test(words)) return read_secret(words) && {name: '', secret: words};
  if (!URL.canParse(words)) return null;
  const address = new URL(words);
  const asks = (name, usual) => (address.searchParams.get(name) ?? usual).toUpperCase() === usual;
  const secret = address.searchParams.get('secret') ?? '';
  const is_ours = asks('algorithm', 'SHA1') && asks('digits', String(DIGITS)) && asks('period', String(PERIOD_S));
  if (!/^otpauth:\/\/totp\//i.test(words) || !is_ours || !read_secret(secret)) return null;
  return {name: label_of(address), secret};
}

function label_of(address) {
  try {
    return decodeURIComponent(address.pathname.replace(/^\/+(totp\/)?/, '')).replace(/:\s*/, ': ');
  } catch {
    return '';
  }
}

/// The code of a secret's bytes at a time in milliseconds since 1970, as six digits.
export async function code_at(secret, time_ms) {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(Math.floor(time_ms / 1000 / PERIOD_S)));
  const key = await crypto.subtle.importKey('raw', secret, {name: 'HMAC', hash: 'SHA-1'}, false, ['sign']);
  const hash = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
  // Dynamic truncation (RFC 4226, section 5.3).
  const offset = hash.getUint8(hash.byteLength - 1) & 0xf;
  const number = (hash.getUint32(offset) & 0x7fffffff) % 10 ** DIGITS;
  return String(number).padStart(DIGITS, '0');
}
