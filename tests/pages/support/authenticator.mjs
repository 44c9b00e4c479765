// An authenticator app (RFC 6238: SHA-1, 6 digits, 30 s) that never shows a code twice.
import {createHmac, randomBytes} from 'node:crypto';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; // RFC 4648, section 6
const STEP_MS = 30_000;

const step_at = (time_ms) => Math.floor(time_ms / STEP_MS);

function bytes_of(base32) {
  let bits = '';
  for (const symbol of base32) bits += alphabet.indexOf(symbol).toString(2).padStart(5, '0');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** RFC 4226, section 5.3. */
function code_of(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', bytes_of(secret)).update(counter).digest();
  const number = mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

export class Authenticator {
  /** @param secret base32, with or without spaces; @param service whose clock the phone shows */
  constructor(secret, service) {
    this.secret = secret.replace(/\s/g, '').toUpperCase();
    this.service = service;
    this.spent = 0; // the last step whose code was given out
  }

  /** One with a secret that the service is going to be told, which counts the steps up to now as spent. */
  static new(service) {
    const secret = Array.from(randomBytes(32), (byte) => alphabet[byte % 32]).join('');
    const app = new Authenticator(secret, service);
    app.spent = step_at(service.now()) - 1;
    return app;
  }

  /**
   * The next code that counts. The service takes that of the step after, too, so two are to be had at once; for a third
   * one time has to pass.
   */
  async code() {
    const step = Math.max(step_at(this.service.now()), this.spent + 1);
    const too_early_ms = (step - 1) * STEP_MS - this.service.now();
    if (too_early_ms > 0) await this.service.let_pass(too_early_ms);
    this.spent = step;
    return code_of(this.secret, step);
  }

  /** Six digits that no step of now has. */
  wrong() {
    const step = step_at(this.service.now());
    const right = [-2, -1, 0, 1, 2].map((away) => code_of(this.secret, step + away));
    return ['123456', '234567', '345678', '456789', '567890', '678901'].find((code) => !right.includes(code));
  }
}
