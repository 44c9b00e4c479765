// Somebody with a browser of their own: what they see, in their language, and what must not happen while they look.
import assert from 'node:assert/strict';
import {mkdirSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {barriers} from './barriers.mjs';
import {sizes} from './browser.mjs';

const EVIDENCE = fileURLToPath(new URL('../../../build/pages-failed/', import.meta.url));
const PATIENCE_MS = 30_000; // for what a page shows after a click; other tests run beside this one

// What a page asks to find out who is there, and the answer where nobody is.
const always = ['401 GET /v1/session', '401 GET /v1/logins/current'];

/** "POST /v1/account/enrolments/…/code" */
function name_of(request) {
  return `${request.method()} ${new URL(request.url()).pathname.replace(/[a-z]{3}_[\w-]+/g, '…')}`;
}

function literally(words) {
  return words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export class Visitor {
  #wrong = [];
  #expected = new Set();
  #happened = new Set();

  /** @param how {language, size, scripts: whether the browser runs them}. */
  static async arrive(browser, service, {language = 'nl', size = 'desktop', scripts = true} = {}) {
    const visitor = new Visitor();
    Object.assign(visitor, {browser, service, size, scripts});
    visitor.context = await browser.newContext({
      ...sizes[size],
      locale: language === 'nl' ? 'nl-NL' : 'en-GB',
      timezoneId: 'Europe/Amsterdam',
      javaScriptEnabled: scripts,
      reducedMotion: 'reduce',
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    visitor.context.setDefaultTimeout(PATIENCE_MS);
    await visitor.#watch();
    visitor.page = await visitor.context.newPage();
    await visitor.reads(language);
    return visitor;
  }

  /** The language in which the pages speak from now on. */
  async reads(language) {
    this.language = language;
    this.words = await catalogue(this.service, language);
  }

  async #watch() {
    const {context} = this;
    context.on('console', (message) => {
      // A request that failed is in the console too; it is looked at as a request.
      const is_of_request = message.text().startsWith('Failed to load resource');
      if (message.type() === 'error' && !is_of_request) this.#wrong.push(`console: ${message.text()}`);
    });
    context.on('weberror', (error) => this.#wrong.push(`uncaught: ${error.error().stack ?? error.error()}`));
    context.on('response', (response) => {
      if (response.status() >= 400) this.#failed(`${response.status()} ${name_of(response.request())}`);
    });
    context.on('requestfailed', (request) => {
      const {errorText} = request.failure();
      // The browser gives up what it asked for where the person goes on to another page; without scripts it fetches
      // none.
      const given_up = errorText === 'net::ERR_ABORTED' || (!this.scripts && request.url().endsWith('.js'));
      if (!given_up) this.#failed(`${errorText} ${name_of(request)}`);
    });
    await context.exposeBinding('tell_of_violation', (_, what) => this.#wrong.push(`Content-Security-Policy: ${what}`));
    await context.addInitScript(() => {
      window.addEventListener('securitypolicyviolation', (event) => {
        window.tell_of_violation(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`);
      });
    });
  }

  #failed(what) {
    this.#happened.add(what);
    if (!this.#expected.has(what) && !always.includes(what)) this.#wrong.push(`not expected: ${what}`);
  }

  /**
   * Says that an answer is going to be no success, such as '401 POST /v1/logins'. One that never comes fails the
   * test.
   */
  expects(...answers) {
    for (const answer of answers) this.#expected.add(answer);
  }

  /** The catalogue's text, with its places filled. */
  say(key, values = {}) {
    assert.ok(key in this.words, `the catalogue ${this.language} has no '${key}'`);
    return this.words[key].replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
  }

  async open(path, listener = 'public') {
    await this.page.goto(this.service[listener] + path);
  }

  /** Goes on in a further tab of the same browser. */
  async open_tab() {
    return this.context.newPage();
  }

  /** Somebody new who reads this visitor's language; see Service.person. */
  async person(how) {
    return this.service.person({language: this.language, ...how});
  }

  /** What the page itself would send, with the browser's cookies, where a story is about something else. */
  async send(method, path, body) {
    const answer = await this.page.evaluate(async ([method, path, body]) => {
      const headers = {'X-Requested-With': 'tweestap', ...(body && {'Content-Type': 'application/json'})};
      const {ok, status} = await fetch(path, {method, headers, body: body && JSON.stringify(body)});
      return {ok, status};
    }, [method, path, body]);
    assert.ok(answer.ok, `${method} ${path}: ${answer.status}`);
  }

  /**
   * Has the page's next such request wait. Gives {came: a promise that it was sent, let_go()}, which sends it on and
   * waits until the page did with the answer what it does.
   */
  async hold(method, path) {
    let sent;
    let release;
    const came = new Promise((resolve) => (sent = resolve));
    const released = new Promise((resolve) => (release = resolve));
    let held = false;
    await this.page.route(path, async (route) => {
      if (held || route.request().method() !== method) return route.fallback();
      held = true;
      sent(route.request());
      await released;
      return route.continue();
    });
    const let_go = async () => {
      release();
      const answer = await (await came).response();
      await answer.finished();
      // What the page asks after it, it asked before this.
      await this.page.evaluate(() => fetch('/v1/session', {headers: {'X-Requested-With': 'tweestap'}}));
    };
    return {came, let_go};
  }

  /** Logs out, wherever the page is. */
  async end_session() {
    await this.send('DELETE', '/v1/session');
  }

  button(key, values) {
    return this.page.getByRole('button', {name: this.say(key, values), exact: true});
  }

  link(key, values) {
    return this.page.getByRole('link', {name: this.say(key, values), exact: true});
  }

  field(key, values) {
    return this.page.getByLabel(this.say(key, values), {exact: true}).filter({visible: true});
  }

  heading(key, values) {
    return this.page.getByRole('heading', {name: this.say(key, values), exact: true});
  }

  text(key, values) {
    return this.page.getByText(this.say(key, values));
  }

  /** A radio button or tick box whose name begins with these words; what follows explains them. */
  choice(key, values) {
    const name = new RegExp(`^${literally(this.say(key, values))}`);
    return this.page.getByRole('radio', {name}).or(this.page.getByRole('checkbox', {name}));
  }

  /** Words whose places are whatever they are, such as a time. */
  like(key) {
    const parts = this.say(key).split(/\{\w+\}/);
    return this.page.getByText(new RegExp(parts.map(literally).join('.+')));
  }

  /** What was copied last. The pages themselves may not read that, so it is looked at from elsewhere. */
  async clipboard() {
    const tab = await this.open_tab();
    await tab.goto(`${this.service.public}/health/live`);
    const copied = await tab.evaluate(() => navigator.clipboard.readText());
    await tab.close();
    return copied;
  }

  /** Waits until it is seen. */
  async sees(locator) {
    await locator.first().waitFor();
  }

  /** What the page shows now has no barrier. */
  async look(name) {
    const found = await barriers(this.page);
    const where = `${name} (${this.language}, ${this.size})`;
    assert.ok(found.length === 0, `${where} has ${found.length} barriers:\n${found.join('\n')}`);
    assert.equal(await this.page.locator('html').getAttribute('lang'), this.language, `the language of ${name}`);
    assert.equal(await this.page.getByRole('heading', {level: 1}).count(), 1, `${name} has one main heading`);
  }

  /** Keeps a picture of the page, or of a part of it with some ground around, down to so many pixels below its top. */
  async photograph(file, {tallest, part = 'html', ground = 0}) {
    const [top, height, width] = await this.page.locator(part).evaluate((element) => {
      const box = element.getBoundingClientRect();
      return [box.top + scrollY, box.height, innerWidth];
    });
    const clip = {x: 0, y: top - ground, width, height: Math.min(height + 2 * ground, tallest)};
    await this.page.screenshot({path: file, fullPage: true, clip, caret: 'hide'});
  }

  /** For who has to find out why a test failed: a picture, and the page as a screen reader tells it. */
  async keep_evidence(name) {
    mkdirSync(EVIDENCE, {recursive: true});
    const file = join(EVIDENCE, `${name.replace(/[^\w]+/g, '-').slice(0, 100)}.png`);
    for (const page of this.context.pages()) {
      await page.screenshot({path: file, fullPage: true});
      console.log(`${page.url()} showed (picture: ${file}):\n${await page.locator('body').ariaSnapshot()}`);
    }
  }

  async leave() {
    await this.context.close();
  }

  /** Nothing happened that should not have. */
  check() {
    const missing = [...this.#expected].filter((answer) => !this.#happened.has(answer));
    const wrong = [...this.#wrong, ...missing.map((answer) => `did not come: ${answer}`)];
    assert.ok(wrong.length === 0, wrong.join('\n'));
  }
}

/** The pages' texts, from where a browser has them. */
async function catalogue(service, language) {
  const page = await (await fetch(service.public + '/')).text();
  const [assets] = page.match(/\/pages\/[0-9a-f]{16}\//);
  return (await fetch(`${service.public}${assets}texts.${language}.json`)).json();
}
