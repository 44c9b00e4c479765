// The real program, with the demo's people and phone, for one file of tests.
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {existsSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {setTimeout as pause} from 'node:timers/promises';

import {Authenticator} from './authenticator.mjs';
import {Phone} from './phone.mjs';
import {until} from './wait.mjs';

export const DEMO_PASSWORD = 'tweestap-demo';
const PERSON_PASSWORD = 'vier blauwe fietsen';
const START_S = 60; // four accounts are made with Argon2id, on a machine that may run other tests beside it

/** Where Debian has the library that sets a program's clock; its folder is named after the machine. */
function libfaketime() {
  const places = readdirSync('/usr/lib').map((folder) => `/usr/lib/${folder}/faketime/libfaketimeMT.so.1`);
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error('libfaketime is not installed. Run: scripts/install-dependencies test');
  return found;
}

export class Service {
  #process;
  #log = '';
  #ahead_seconds = 0;
  #people = 0;
  #sets_clock;

  /** @param settings {'section.name': value}, @param set_clock whether `ahead` is going to be called */
  constructor({settings = {}, set_clock = false} = {}) {
    this.folder = mkdtempSync(join(tmpdir(), 'tweestap-pages-'));
    // The program refuses a variable TWEESTAP_… that is no setting.
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('TWEESTAP_'));
    this.environment = Object.fromEntries(inherited);
    for (const [name, value] of Object.entries(settings)) {
      this.environment[`TWEESTAP_${name.toUpperCase().replace('.', '_')}`] = String(value);
    }
    this.#sets_clock = set_clock;
    if (set_clock) {
      this.#write_clock();
      Object.assign(this.environment, {
        LD_PRELOAD: libfaketime(),
        FAKETIME_TIMESTAMP_FILE: this.#clock_file,
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_RESET: '1',
      });
    }
    this.public = 'http://127.0.0.1:0';
    this.staff = 'http://127.0.0.1:0';
  }

  get #clock_file() {
    return join(this.folder, 'clock');
  }

  // The program sees the old text or the new one.
  #write_clock() {
    writeFileSync(`${this.#clock_file}.next`, `+${this.#ahead_seconds}\n`);
    renameSync(`${this.#clock_file}.next`, this.#clock_file);
  }

  /** Starts it; where it ran before, on the same data and ports. */
  async start() {
    const ports_file = join(this.folder, 'ports.json');
    rmSync(ports_file, {force: true});
    const key_file = join(this.folder, 'admin-key');
    const flags = ['--demo', '--data', join(this.folder, 'data')];
    flags.push('--admin-key-file', key_file, '--ports-file', ports_file);
    for (const listener of ['public', 'staff']) flags.push(`--${listener}`, this[listener].replace('http://', ''));
    const how = {env: this.environment, stdio: ['ignore', 'pipe', 'pipe']};
    this.#process = spawn(process.env.TWEESTAP_PROGRAM, ['serve', ...flags], how);
    for (const stream of [this.#process.stdout, this.#process.stderr]) stream.on('data', (text) => (this.#log += text));
    const ports = await until('the service to start', () => {
      const {exitCode: status} = this.#process;
      if (status !== null) throw new Error(`the service ended with ${status}:\n${this.#log}`);
      try {
        return JSON.parse(readFileSync(ports_file, 'utf8'));
      } catch {
        return undefined;
      }
    }, START_S);
    Object.assign(this, ports);
    this.admin_key = readFileSync(key_file, 'utf8').trim();
  }

  /** Stops it, as an operator would; its data stays for the next `start`. */
  async stop() {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    const [status] = await ended;
    if (status !== 0) throw new Error(`the service ended with ${status} on SIGTERM:\n${this.#log}`);
  }

  /** Does something while it is stopped. */
  async while_away(something) {
    await this.stop();
    try {
      await something();
    } finally {
      await this.start();
    }
  }

  /** Ends it and removes its data. */
  async end() {
    if (this.#process?.exitCode === null) await this.stop();
    rmSync(this.folder, {recursive: true});
  }

  /** Sets its clock so many seconds further ahead. */
  ahead(seconds) {
    this.#ahead_seconds += seconds;
    this.#write_clock();
  }

  /** Has so much time pass for it: by its clock where that can be set. */
  async let_pass(ms) {
    if (this.#sets_clock) this.ahead(Math.ceil(ms / 1000));
    else await pause(ms + 50);
  }

  /** What its clock shows, in milliseconds. */
  now() {
    return Date.now() + this.#ahead_seconds * 1000;
  }

  /** The answer of a route of staff, with the key of the first start. */
  async call(method, path, body) {
    const headers = {Authorization: `Bearer ${this.admin_key}`, 'Content-Type': 'application/json'};
    const answer = await fetch(this.staff + path, {method, headers, body: body && JSON.stringify(body)});
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : {};
  }

  /**
   * Somebody new. `second`: 'totp' or 'sms' for one who is enrolled already, as people are who move here from another
   * system (without recovery codes); `roles` for staff.
   */
  async person({second, roles, language, identifier, display_name} = {}) {
    this.#people += 1;
    const number = `+3161234${String(this.#people).padStart(4, '0')}`;
    const person = {
      identifier: identifier ?? `person${this.#people}@example.org`,
      password: PERSON_PASSWORD,
      number,
      phone: new Phone(this, number),
    };
    const account = {identifier: person.identifier, password: person.password};
    account.display_name = display_name ?? `Robin ${this.#people}`;
    if (roles) account.roles = roles;
    if (language) account.language = language;
    if (second === 'sms') account.phone = number;
    if (second === 'totp') {
      person.app = Authenticator.new(this);
      account.totp_secret = person.app.secret;
    }
    person.account = (await this.call('POST', '/v1/accounts', account)).account;
    return person;
  }
}
