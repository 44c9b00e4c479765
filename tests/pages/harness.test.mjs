// What must fail a story fails it: each case shows a visitor a page that has one thing wrong.
import assert from 'node:assert/strict';
import {once} from 'node:events';
import {createServer} from 'node:http';
import {after, before, test} from 'node:test';

import {launch} from './support/browser.mjs';
import {Visitor} from './support/visitor.mjs';
import {until} from './support/wait.mjs';

const assets = '/pages/0123456789abcdef/';
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
  "require-trusted-types-for 'script'; trusted-types 'none'";

// The fragment of the address says what goes wrong when the button is pressed.
const script = `
  const wrong = {
    console: () => console.error('a complaint'),
    uncaught: () => {throw new Error('not caught');},
    html: () => {document.body.innerHTML = '<p>';},
    style: () => document.querySelector('p').setAttribute('style', 'color: red'),
    elsewhere: () => {new Image().src = 'https://example.org/x.png';},
    answer: () => fetch('/v1/account'),
    pale: () => {document.querySelector('p').className = 'pale';},
    pale_in_the_dark: () => {document.querySelector('p').className = 'dim';},
    wide: () => {document.querySelector('p').className = 'wide';},
    unlabelled: () => document.querySelector('main').append(document.createElement('input')),
  };
  document.querySelector('button').addEventListener('click', () => {
    document.querySelector('button').textContent = 'pressed';
    wrong[location.hash.slice(1)]?.();
  });`;
const files = {
  '/': ['text/html', `<!doctype html><html lang="en"><head><title>A page</title><link rel="icon" href="data:,">
    <link rel="stylesheet" href="${assets}page.css"><script type="module" src="${assets}page.js"></script></head>
    <body><main><h1>A page</h1><p>A sentence.</p><button type="button">press</button></main></body></html>`],
  [`${assets}page.js`]: ['text/javascript', script],
  [`${assets}page.css`]: ['text/css', `body {color: #222; background: #fff} .pale {color: #ddd} .wide {width: 400px}
    @media (prefers-color-scheme: dark) {
      body {color: #eee; background: #111} button {color: #fff; background: #000} .dim {color: #333}
    }`],
  [`${assets}texts.en.json`]: ['application/json', '{"greeting": "Hello {name}"}'],
};

const server = createServer((request, response) => {
  const [type, content] = files[request.url] ?? [];
  if (!type) return response.writeHead(401).end();
  response.writeHead(200, {'Content-Type': type, 'Content-Security-Policy': policy}).end(content);
});
const service = {};
let browser;
before(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  service.public = `http://127.0.0.1:${server.address().port}`;
  browser = await launch();
});
after(async () => {
  await browser.close();
  server.close();
});

/** What a story says that presses the button of the page with this wrong; empty where it is content. */
async function verdict(wrong, {expects = [], comes = true} = {}) {
  const visitor = await Visitor.arrive(browser, service, {language: 'en'});
  try {
    visitor.expects(...expects);
    await visitor.open(`/#${wrong}`);
    await visitor.page.getByRole('button').click();
    await visitor.sees(visitor.page.getByRole('button', {name: 'pressed'}));
    const said = async () => {
      try {
        await visitor.look('the page');
        visitor.check();
        return '';
      } catch (error) {
        return error.message;
      }
    };
    // What the browser complains of is heard a moment later.
    return comes ? await until(`a complaint about ${wrong}`, said) : await said();
  } finally {
    await visitor.leave();
  }
}

test('a page with nothing wrong is fine', async () => assert.equal(await verdict('nothing', {comes: false}), ''));
test('an answer that was expected is fine', async () => {
  assert.equal(await verdict('answer', {expects: ['401 GET /v1/account'], comes: false}), '');
});

for (const [wrong, complaint] of [
  ['console', /console: a complaint/],
  ['uncaught', /uncaught: Error: not caught/],
  ['html', /Content-Security-Policy: require-trusted-types-for/],
  ['style', /Content-Security-Policy: style-src-attr/],
  ['elsewhere', /Content-Security-Policy: img-src/],
  ['answer', /not expected: 401 GET \/v1\/account/],
  ['pale', /\ncolor-contrast: /],
  ['pale_in_the_dark', /dark: color-contrast/],
  ['wide', /at 320 px it has to be scrolled sideways: .*wide/],
  ['unlabelled', /label: /],
]) {
  test(`a story fails over ${wrong.replaceAll('_', ' ')}`, async () => assert.match(await verdict(wrong), complaint));
}
test('a story fails over an answer that was expected and did not come', async () => {
  assert.match(await verdict('nothing', {expects: ['401 GET /v1/account']}), /did not come: 401 GET \/v1\/account/);
});
test('a text that the catalogue does not have is no text', async () => {
  const visitor = await Visitor.arrive(browser, service, {language: 'en'});
  assert.equal(visitor.say('greeting', {name: 'Robin'}), 'Hello Robin');
  assert.throws(() => visitor.say('farewell'), /no 'farewell'/);
  await visitor.leave();
});
