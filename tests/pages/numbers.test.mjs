// How much the pages are, and how soon the first of them can be used. Times are printed and never fail: they are those
// of this machine.
import assert from 'node:assert/strict';

import {stage} from './support/stage.mjs';

const {story} = stage();
const VISITS = 5;
const SLOWDOWN = 4; // of the processor: a cheap phone beside a desk's computer
const MAX_BYTES = 100 * 1024;
const PAGES = [['public', '/'], ['public', '/settings'], ['public', '/demo/phone'], ['staff', '/']];

/**
 * Records what the visitor's page fetches: {path, bytes, body} each, as it came over the network, with its head and
 * without.
 */
async function record(visitor) {
  const session = await visitor.context.newCDPSession(visitor.page);
  const addresses = new Map();
  const bodies = new Map();
  const fetched = [];
  await session.send('Network.enable');
  session.on('Network.requestWillBeSent', ({requestId, request}) => addresses.set(requestId, new URL(request.url)));
  session.on('Network.responseReceived', ({requestId, response: {headers}}) => {
    bodies.set(requestId, Number(headers['Content-Length'] ?? 0));
  });
  session.on('Network.loadingFinished', ({requestId, encodedDataLength}) => {
    const address = addresses.get(requestId);
    if (address?.protocol !== 'http:') return;
    fetched.push({path: address.pathname, bytes: encodedDataLength, body: bodies.get(requestId)});
  });
  return {session, fetched};
}

const total = (fetched) => fetched.reduce((sum, {bytes}) => sum + bytes, 0);
const in_kib = (bytes) => `${(bytes / 1024).toFixed(1)} KiB`;

story('the first visit', {language: 'nl', size: 'phone'}, async (visitor) => {
  const times_ms = [];
  const sizes = [];
  // The first one of all starts the browser's own machinery, and is not looked at.
  for (let visit = 0; visit <= VISITS; visit += 1) {
    const newcomer = await visitor.another();
    const {session, fetched} = await record(newcomer);
    await session.send('Emulation.setCPUThrottlingRate', {rate: SLOWDOWN});
    // Interactive: the first field is there and has the focus, so that what is typed arrives.
    await newcomer.page.addInitScript(() => {
      document.addEventListener('focusin', () => (window.interactive_ms ??= performance.now()), {once: true});
    });
    await newcomer.open('/');
    await newcomer.sees(newcomer.heading('login.title'));
    await newcomer.page.waitForLoadState('networkidle');
    const interactive_ms = await newcomer.page.evaluate(() => window.interactive_ms);
    assert.ok(interactive_ms > 0, 'a field has the focus');
    if (visit > 0) {
      times_ms.push(Math.round(interactive_ms));
      sizes.push(total(fetched));
    }
  }
  times_ms.sort((one, other) => one - other);
  console.log(`first visit of /, at a processor ${SLOWDOWN} times slower, loopback, empty cache: interactive after ` +
    `${times_ms[(VISITS - 1) / 2]} ms (median of ${VISITS}; ${times_ms.at(0)} to ${times_ms.at(-1)})`);
  console.log(`first visit of /: ${in_kib(Math.max(...sizes))} over the network, with its questions to the service`);
  assert.ok(Math.max(...sizes) < MAX_BYTES, `under 100 KiB: ${sizes}`);
});

story('all pages together', {language: 'nl', size: 'desktop'}, async (visitor) => {
  const once = new Map();
  for (const [listener, path] of PAGES) {
    const newcomer = await visitor.another();
    if (path === '/settings') newcomer.expects('401 GET /v1/account');
    const {fetched} = await record(newcomer);
    await newcomer.open(path, listener);
    await newcomer.sees(newcomer.page.getByRole('heading', {level: 1}));
    await newcomer.page.waitForLoadState('networkidle');
    for (const {path: name, body} of fetched) {
      if (name.startsWith('/pages/')) once.set(name, body);
      else if (name === path) once.set(`${listener} ${name}`, body);
    }
  }
  const sum = [...once.values()].reduce((one, other) => one + other, 0);
  const largest = [...once].sort(([, one], [, other]) => other - one).slice(0, 5);
  console.log(`all pages with their ${once.size} files: ${in_kib(sum)} compressed; the largest: ` +
    largest.map(([name, bytes]) => `${name.split('/').at(-1) || name} ${in_kib(bytes)}`).join(', '));
  assert.ok(sum < MAX_BYTES, `under 100 KiB: ${sum}`);
});

story('a second visit fetches no file again', {language: 'en', size: 'phone'}, async (visitor) => {
  for (const visit of ['first', 'second']) {
    visitor.page = await visitor.open_tab();
    const {fetched} = await record(visitor);
    await visitor.open('/');
    await visitor.sees(visitor.heading('login.title'));
    await visitor.page.waitForLoadState('networkidle');
    const files = fetched.filter(({path, bytes}) => path.startsWith('/pages/') && bytes > 0);
    assert.equal(files.length > 0, visit === 'first', `the ${visit} visit: ${files.map(({path}) => path)}`);
  }
});
