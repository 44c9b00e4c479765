// Logging in, with everything that can come in between.
import assert from 'node:assert/strict';

import {EVERY_WAY} from './support/browser.mjs';
import {stage} from './support/stage.mjs';
import {enrol_with_app, enter_code, enter_password, is_in, log_in} from './support/steps.mjs';

const {service, story} = stage({set_clock: true});
const nl = {language: 'nl'};
const en = {language: 'en'};
const phone_nl = {language: 'nl', size: 'phone'};

const focused = (visitor) => visitor.page.evaluate(() => document.activeElement.id);

/** The answer of a service that is busy. */
function unavailable(seconds) {
  const problem = {type: 'urn:tweestap:problem:unavailable', title: 'Unavailable', status: 503, code: 'unavailable'};
  const headers = {'Retry-After': String(seconds)};
  return {status: 503, contentType: 'application/problem+json', headers, body: JSON.stringify(problem)};
}

for (const way of EVERY_WAY) {
  story('a person with an app logs in', way, async (visitor) => {
    const person = await visitor.person({second: 'totp'});
    await visitor.open('/');
    await visitor.sees(visitor.heading('login.title'));
    await visitor.look('login');
    await enter_password(visitor, person);
    await visitor.sees(visitor.text('code.lead_totp'));
    await visitor.look('code-app');
    await enter_code(visitor, await person.app.code());
    await is_in(visitor);
  });

  story('a person who gets codes by SMS logs in', way, async (visitor) => {
    const person = await visitor.person({second: 'sms'});
    await log_in(visitor, person);
    await visitor.sees(visitor.like('code.lead_sms'));
    await visitor.look('code-sms');
    await enter_code(visitor, await person.phone.code());
    await is_in(visitor);
  });
}

story('a password manager and a phone know what the fields are', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await visitor.open('/');
  assert.equal(await visitor.field('login.identifier').getAttribute('autocomplete'), 'username');
  assert.equal(await visitor.field('password.label').getAttribute('autocomplete'), 'current-password');
  await enter_password(visitor, person);
  const code = visitor.field('code.label');
  await visitor.sees(code);
  assert.equal(await code.getAttribute('autocomplete'), 'one-time-code');
  assert.equal(await code.getAttribute('inputmode'), 'numeric');
});

story('without a mouse', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  const {keyboard} = visitor.page;
  await visitor.open('/');
  await visitor.sees(visitor.heading('login.title'));
  assert.equal(await focused(visitor), await visitor.field('login.identifier').getAttribute('id'));
  await keyboard.type(person.identifier);
  await keyboard.press('Tab');
  await keyboard.type(person.password);
  await keyboard.press('Enter');
  await visitor.sees(visitor.heading('code.title'));
  assert.equal(await focused(visitor), await visitor.field('code.label').getAttribute('id'));
  await keyboard.type(await person.app.code());
  await keyboard.press('Enter');
  await is_in(visitor);
});

for (const wrong of ['password', 'address']) {
  story(`a wrong ${wrong} is said where it is, and the address stays`, phone_nl, async (visitor) => {
    const person = await visitor.person();
    const other = wrong === 'password' ? {password: 'something else'} : {identifier: 'nobody@example.org'};
    const typed = {...person, ...other};
    visitor.expects('401 POST /v1/logins');
    await log_in(visitor, typed);
    await visitor.sees(visitor.text('login.rejected'));
    await visitor.look('login-rejected');
    assert.equal(await visitor.field('login.identifier').inputValue(), typed.identifier);
    assert.equal(await visitor.field('password.label').inputValue(), '');
    const is_inside = await visitor.page.evaluate(() => document.activeElement.matches('main *'));
    assert.ok(is_inside, 'the focus is at what went wrong');
    await enter_password(visitor, person);
    await visitor.sees(visitor.heading('offer.title'));
  });
}

story('an empty field is said at the field, before anything is sent', en, async (visitor) => {
  await visitor.open('/');
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.text('login.identifier_missing'));
  assert.equal(await visitor.field('login.identifier').getAttribute('aria-invalid'), 'true');
  await visitor.look('login-empty');
  await visitor.field('login.identifier').fill('somebody@example.org');
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.text('password.missing'));
  assert.equal(await focused(visitor), await visitor.field('password.label').getAttribute('id'));
});

story('a code is pasted as the message shows it', nl, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
  const code = await person.phone.code();
  await enter_code(visitor, ` ${code.slice(0, 3)} ${code.slice(3)} `);
  await is_in(visitor);
});

story('a wrong code is said at the field, and typed anew', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  visitor.expects('401 POST /v1/logins/current/code');
  await log_in(visitor, person);
  await enter_code(visitor, '12 34');
  await visitor.sees(visitor.text('code.malformed'));
  await visitor.look('code-malformed');
  await enter_code(visitor, person.app.wrong());
  await visitor.sees(visitor.text('code.rejected_totp'));
  await visitor.look('code-rejected');
  assert.equal(await visitor.field('code.label').inputValue(), '');
  assert.equal(await focused(visitor), await visitor.field('code.label').getAttribute('id'));
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
});

story('a message is sent again when there was time for the first', en, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  await visitor.sees(visitor.like('sms.resend_wait'));
  const first = await person.phone.code();
  service.ahead(30);
  await visitor.page.reload();
  await visitor.button('sms.resend').click();
  await visitor.sees(visitor.text('sms.sent_again'));
  assert.equal(await person.phone.code(), first);
  await visitor.sees(visitor.like('sms.resend_wait'));
  await visitor.look('code-sent-again');
  await enter_code(visitor, first);
  await is_in(visitor);
});

story('a reload, and going back, keep the person and send no second message', phone_nl, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
  const code = await person.phone.code();
  await visitor.page.reload();
  await visitor.sees(visitor.like('code.lead_sms'));
  await visitor.button('recovery.use').click();
  await visitor.sees(visitor.heading('recovery.title'));
  await visitor.page.reload();
  await visitor.sees(visitor.heading('recovery.title'));
  await visitor.page.goBack();
  await visitor.sees(visitor.heading('code.title'));
  await visitor.page.goForward();
  await visitor.sees(visitor.heading('recovery.title'));
  await visitor.page.goBack();
  await enter_code(visitor, code);
  await is_in(visitor);
  // Back from there, the person is still in.
  await visitor.open('/');
  await is_in(visitor);
  assert.equal((await person.phone.messages()).length, 1);
});

story('a second tab goes on where the first one is', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
  const first = visitor.page;
  visitor.page = await visitor.open_tab();
  await visitor.open('/');
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  // The login of the first tab is over; it is told what is true now.
  visitor.page = first;
  visitor.expects('401 POST /v1/logins/current/code');
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
});

story('a login that took too long says so and begins again', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await visitor.sees(visitor.like('expiry.until'));
  service.ahead(601);
  visitor.expects('401 POST /v1/logins/current/code');
  await enter_code(visitor, await person.app.code());
  await visitor.sees(visitor.text('login.over'));
  await visitor.look('login-over');
  assert.equal(await visitor.field('login.identifier').inputValue(), person.identifier);
});

story('the last minute of a login is said before it is over', en, async (visitor) => {
  await visitor.page.clock.install();
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await visitor.sees(visitor.like('expiry.until'));
  await visitor.page.clock.fastForward('09:10');
  await visitor.sees(visitor.like('expiry.soon'));
  await visitor.sees(visitor.page.getByRole('status').filter({hasText: visitor.say('expiry.warning').split('{')[0]}));
  await visitor.look('code-last-minute');
  service.ahead(601);
  await visitor.page.clock.fastForward('01:00');
  await visitor.sees(visitor.text('login.over'));
});

story('somebody else begins anew', en, async (visitor) => {
  const [person, other] = [await visitor.person({second: 'totp'}), await visitor.person({second: 'totp'})];
  await log_in(visitor, person);
  await visitor.button('login.restart').click();
  await visitor.sees(visitor.heading('login.title'));
  assert.equal(await visitor.field('login.identifier').inputValue(), '');
  await enter_password(visitor, other);
  await enter_code(visitor, await other.app.code());
  await is_in(visitor);
});

story('a device that is remembered asks for the password alone', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await visitor.choice('code.remember_12h').check();
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  await visitor.end_session();
  await log_in(visitor, person);
  await is_in(visitor);
  // Another computer asks again.
  const elsewhere = await visitor.another();
  await log_in(elsewhere, person);
  await elsewhere.sees(elsewhere.heading('code.title'));
});

story('a device is not offered to be remembered where the person wants never', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  await visitor.send('PUT', '/v1/account/remember', {duration: 'never'});
  await visitor.end_session();
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
  assert.equal(await visitor.page.getByRole('checkbox').count(), 0);
});

story('who has the token of a remembered device is a thief, and the owner is asked for a code', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await visitor.choice('code.remember_12h').check();
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  const thief = await visitor.another();
  await thief.context.addCookies((await visitor.context.cookies()).filter(({name}) => /device/.test(name)));
  // The owner's browser gets a newer token with each login, twice here, and the stolen one is stale.
  for (let times = 0; times < 2; times += 1) {
    await visitor.end_session();
    await log_in(visitor, person);
    await is_in(visitor);
  }
  await log_in(thief, person);
  await thief.sees(thief.heading('code.title'));
  // That ended the sessions of the device too.
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
});

story('a recovery code lets the person in, once', nl, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.start').click();
  const {codes} = await enrol_with_app(visitor, person);
  await is_in(visitor);
  await visitor.end_session();
  for (const expected of ['in', 'refused']) {
    await log_in(visitor, person);
    await visitor.button('recovery.use').click();
    await visitor.sees(visitor.heading('recovery.title'));
    if (expected === 'refused') visitor.expects('401 POST /v1/logins/current/recovery-code');
    else await visitor.look('recovery-code');
    // As somebody types it who has it on paper.
    await enter_code(visitor, codes[0].toLowerCase().replaceAll('-', ' '), 'recovery.label');
    if (expected === 'in') {
      await is_in(visitor);
      await visitor.end_session();
    }
  }
  await visitor.sees(visitor.text('recovery.rejected'));
  await visitor.look('recovery-code-rejected');
  await enter_code(visitor, 'ABCD', 'recovery.label');
  await visitor.sees(visitor.text('recovery.malformed'));
  await visitor.button('recovery.back_to_code').click();
  await visitor.sees(visitor.heading('code.title'));
});

story('where the service is away, what was typed stays until it is back', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await visitor.open('/');
  await visitor.sees(visitor.heading('login.title'));
  await service.while_away(async () => {
    visitor.expects('net::ERR_CONNECTION_REFUSED POST /v1/logins');
    await enter_password(visitor, person);
    await visitor.sees(visitor.text('trouble.offline'));
    await visitor.look('login-offline');
  });
  assert.equal(await visitor.field('login.identifier').inputValue(), person.identifier);
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.heading('code.title'));
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
});

story('an answer that got lost costs no second message', nl, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  const lose = async (route) => {
    await route.fetch();
    await route.abort('connectionreset');
  };
  await visitor.page.route('**/v1/logins', lose, {times: 1});
  visitor.expects('net::ERR_CONNECTION_RESET POST /v1/logins');
  await log_in(visitor, person);
  await visitor.sees(visitor.text('trouble.offline'));
  // The same once more, as people do: the service knows it by its Idempotency-Key.
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.heading('code.title'));
  await enter_code(visitor, await person.phone.code());
  await is_in(visitor);
  assert.equal((await person.phone.messages()).length, 1);
});

story('a button that is pressed twice does it once', phone_nl, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  const sent = [];
  visitor.page.on('request', (request) => request.method() === 'POST' && sent.push(request.url()));
  await visitor.open('/');
  await visitor.field('login.identifier').fill(person.identifier);
  await visitor.field('password.label').fill(person.password);
  await visitor.button('login.submit').dblclick();
  await visitor.sees(visitor.heading('code.title'));
  assert.equal(sent.length, 1);
});

story('a service that is busy says when to try again', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await visitor.open('/');
  await visitor.page.route('**/v1/logins', (route) => route.fulfill(unavailable(2)), {times: 1});
  visitor.expects('503 POST /v1/logins');
  await enter_password(visitor, person);
  await visitor.sees(visitor.text('trouble.unavailable'));
  await visitor.look('login-unavailable');
  await visitor.sees(visitor.text('trouble.again'));
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.heading('code.title'));
});

story('a form that waits waits no more where another trouble takes its place', en, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  await visitor.sees(visitor.like('sms.resend_wait'));
  service.ahead(30);
  await visitor.page.reload();
  for (const path of ['code', 'sms']) {
    await visitor.page.route(`**/v1/logins/current/${path}`, (route) => route.fulfill(unavailable(60)), {times: 1});
    visitor.expects(`503 POST /v1/logins/current/${path}`);
  }
  const code = await person.phone.code();
  await enter_code(visitor, code);
  await visitor.sees(visitor.like('trouble.wait'));
  await visitor.button('sms.resend').click();
  await visitor.sees(visitor.like('sms.resend_wait'));
  await enter_code(visitor, code);
  await is_in(visitor);
});

story('a message after which no other may be sent leaves no button', nl, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  await visitor.sees(visitor.like('sms.resend_wait'));
  service.ahead(30);
  await visitor.page.reload();
  await visitor.page.route('**/v1/logins/current/sms', async (route) => {
    const response = await route.fetch();
    const {resend_after: _, ...json} = await response.json();
    await route.fulfill({response, json});
  });
  await visitor.button('sms.resend').click();
  await visitor.sees(visitor.text('sms.sent_again'));
  assert.equal(await visitor.page.getByRole('button', {name: visitor.say('sms.resend')}).count(), 0);
  assert.equal(await focused(visitor), await visitor.field('code.label').getAttribute('id'));
});

story('a success in words that are not the service’s is none', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  const proxy = (route) => route.fulfill({contentType: 'text/html', body: '<h1>Welcome to the network</h1>'});
  await visitor.page.route('**/v1/logins', proxy, {times: 1});
  await log_in(visitor, person);
  await visitor.sees(visitor.text('trouble.unavailable'));
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.heading('code.title'));
});

story('a password that was shown is hidden when it is sent', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await visitor.open('/');
  const login = await visitor.hold('POST', '**/v1/logins');
  await visitor.button('password.show').click();
  assert.equal(await visitor.field('password.label').getAttribute('type'), 'text');
  await enter_password(visitor, person);
  await login.came;
  assert.equal(await visitor.field('password.label').getAttribute('type'), 'password');
  await visitor.sees(visitor.button('password.show'));
  await login.let_go();
  await visitor.sees(visitor.heading('code.title'));
});

story('where the service is away at the start, the page says so and goes on when it is back', nl, async (visitor) => {
  await visitor.open('/');
  const refuse = (route) => route.abort('connectionrefused');
  await visitor.page.route('**/v1/session', refuse);
  visitor.expects('net::ERR_CONNECTION_REFUSED GET /v1/session');
  await visitor.page.reload();
  await visitor.sees(visitor.heading('unreachable.title'));
  await visitor.look('unreachable');
  await visitor.page.unroute('**/v1/session', refuse);
  await visitor.button('unreachable.again').click();
  await visitor.sees(visitor.heading('login.title'));
});

story('the language is the account’s, once it is known', en, async (visitor) => {
  const person = await visitor.person({language: 'nl'});
  await log_in(visitor, person);
  await visitor.reads('nl');
  await visitor.sees(visitor.heading('offer.title'));
  await visitor.look('offer');
});

story('without scripts the page says what is missing, in both languages', {...nl, scripts: false}, async (visitor) => {
  for (const path of ['/', '/settings', '/demo/phone']) {
    await visitor.open(path);
    for (const language of ['nl', 'en']) {
      const sentence = visitor.page.locator(`noscript [lang=${language}]`);
      await visitor.sees(sentence);
      assert.match(await sentence.innerText(), /JavaScript/);
    }
  }
});
