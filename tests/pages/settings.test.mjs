// What people see and change of their own account.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';

import {EVERY_WAY} from './support/browser.mjs';
import {stage} from './support/stage.mjs';
import {
  choose_method, enrol_with_app, enter_code, enter_password, is_in, keep_recovery_codes, log_in, shown_recovery_codes,
} from './support/steps.mjs';

const {service, story} = stage({set_clock: true});
const nl = {language: 'nl'};
const en = {language: 'en'};
const phone_nl = {language: 'nl', size: 'phone'};
const FRESH_S = 5 * 60; // how long after the second step it is not asked again
const PHONE_APP = fileURLToPath(new URL('../../docs/examples/phone_app.py', import.meta.url));
const NEW_PASSWORD = 'zeven gele tulpen';

/** Somebody with two-step on, who is in. */
async function enter(visitor, how = {second: 'totp'}, {remember = false} = {}) {
  const person = await visitor.person(how);
  await log_in(visitor, person);
  if (remember) await visitor.choice('code.remember_12h').check();
  await enter_code(visitor, person.app ? await person.app.code() : await person.phone.code());
  await is_in(visitor);
  return person;
}

const date = (seconds_away) => new Date(service.now() + seconds_away * 1000).toISOString();
const region = (visitor, key) => visitor.page.getByRole('region', {name: visitor.say(key)});
const dialog = (visitor) => visitor.page.getByRole('dialog');

/** Passes the second step again, which is asked in a dialog. */
async function step_up(visitor, code) {
  await dialog(visitor).waitFor();
  await visitor.field('code.label').fill(code);
  await visitor.button('step_up.confirm').click();
  await dialog(visitor).waitFor({state: 'hidden'});
}

async function change_password(visitor, {password}, new_password) {
  await visitor.link('password.change').click();
  await visitor.field('password.current').fill(password);
  await visitor.field('password.new').fill(new_password);
  await visitor.button('password.change').click();
}

for (const way of EVERY_WAY) {
  story('the settings of somebody with an app', way, async (visitor) => {
    await enter(visitor, {second: 'totp'}, {remember: true});
    await visitor.sees(visitor.text('two_step.by_totp'));
    await visitor.sees(visitor.text('recovery_left.none'));
    await visitor.sees(visitor.text('devices.current'));
    await region(visitor, 'history.title').getByRole('listitem').first().waitFor();
    await visitor.look('settings-app');
  });
}

story('the settings of somebody with codes by SMS show the number’s ends', phone_nl, async (visitor) => {
  const person = await enter(visitor, {second: 'sms'});
  await visitor.sees(visitor.page.getByText(`+31 6 ••••••${person.number.slice(-2)}`));
  await visitor.look('settings-sms');
});

story('the settings of somebody without two-step offer it', nl, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.not_now').click();
  await is_in(visitor);
  await visitor.sees(visitor.text('two_step.is_off'));
  await visitor.look('settings-off');
  await visitor.link('enrolment.title').click();
  await enrol_with_app(visitor, person);
  await visitor.sees(visitor.heading('settings.title'));
  await visitor.sees(visitor.text('two_step.by_totp'));
});

story('who is not logged in goes to log in', en, async (visitor) => {
  visitor.expects('401 GET /v1/account');
  await visitor.open('/settings');
  await visitor.sees(visitor.heading('login.title'));
  assert.equal(new URL(visitor.page.url()).pathname, '/');
});

story('the password is changed, with the second step again where it was long ago', nl, async (visitor) => {
  const person = await enter(visitor);
  service.ahead(FRESH_S + 1);
  visitor.expects('403 POST /v1/account/password');
  await change_password(visitor, person, NEW_PASSWORD);
  await dialog(visitor).waitFor();
  await visitor.look('step-up');
  await step_up(visitor, await person.app.code());
  await visitor.sees(visitor.text('password.changed'));
  await visitor.button('logout.here').click();
  await enter_password(visitor, {...person, password: NEW_PASSWORD});
  await visitor.sees(visitor.heading('code.title'));
});

story('a wrong password and a weak one are said at their fields, the other one stays', phone_nl, async (visitor) => {
  const person = await enter(visitor);
  visitor.expects('401 POST /v1/account/password', '400 POST /v1/account/password');
  await change_password(visitor, {password: 'something else'}, NEW_PASSWORD);
  await visitor.sees(visitor.text('password.rejected'));
  await visitor.look('password-rejected');
  assert.equal(await visitor.field('password.new').inputValue(), NEW_PASSWORD);
  assert.equal(await visitor.field('password.current').inputValue(), '');
  await visitor.field('password.current').fill(person.password);
  await visitor.field('password.new').fill('password');
  await visitor.button('password.change').click();
  await visitor.sees(visitor.page.locator('[aria-invalid=true]'));
  assert.equal(await visitor.field('password.new').getAttribute('aria-invalid'), 'true');
  assert.equal(await visitor.field('password.current').inputValue(), person.password);
  await visitor.look('password-weak');
  await visitor.field('password.new').fill(NEW_PASSWORD);
  await visitor.button('password.change').click();
  await visitor.sees(visitor.text('password.changed'));
});

story('how strong a password is does not leave the page', en, async (visitor) => {
  await enter(visitor);
  await visitor.link('password.change').click();
  await visitor.sees(visitor.heading('password.change'));
  const asked = [];
  visitor.page.on('request', (request) => asked.push(request.url()));
  for (const [typed, level] of [['abcd1234', 'weak'], ['zeven gele tulpen op tafel', 'good']]) {
    await visitor.field('password.new').pressSequentially(typed);
    await visitor.sees(visitor.text(`strength.${level}`));
    await visitor.look(`password-${level}`);
    await visitor.field('password.new').fill('');
  }
  assert.deepEqual(asked, []);
  assert.equal(await visitor.field('password.new').getAttribute('autocomplete'), 'new-password');
});

story('who does not confirm it changes nothing', en, async (visitor) => {
  const person = await enter(visitor);
  service.ahead(FRESH_S + 1);
  visitor.expects('403 POST /v1/account/password');
  await change_password(visitor, person, NEW_PASSWORD);
  await dialog(visitor).waitFor();
  await visitor.page.keyboard.press('Escape');
  await visitor.sees(visitor.text('trouble.not_confirmed'));
  await visitor.look('not-confirmed');
  await visitor.end_session();
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
});

story('the second step again is by SMS for who gets codes so', phone_nl, async (visitor) => {
  const person = await enter(visitor, {second: 'sms'});
  service.ahead(FRESH_S + 1);
  visitor.expects('403 POST /v1/account/password', '401 POST /v1/session/step-up/code');
  await change_password(visitor, person, NEW_PASSWORD);
  await visitor.sees(visitor.like('step_up.lead_sms'));
  await visitor.look('step-up-sms');
  const code = await person.phone.code();
  await visitor.field('code.label').fill(code === '123456' ? '654321' : '123456');
  await visitor.button('step_up.confirm').click();
  await visitor.sees(visitor.text('code.rejected_sms'));
  await step_up(visitor, code);
  await visitor.sees(visitor.text('password.changed'));
});

story('a device is remembered shorter at once, and longer after the second step', nl, async (visitor) => {
  const person = await enter(visitor, {second: 'totp'}, {remember: true});
  const devices = region(visitor, 'devices.title');
  service.ahead(FRESH_S + 1);
  visitor.expects('403 PUT /v1/account/remember');
  await visitor.field('remember.label').selectOption('1w');
  await devices.getByRole('button', {name: visitor.say('settings.save')}).click();
  await step_up(visitor, await person.app.code());
  await visitor.sees(devices.getByText(visitor.say('settings.saved')));
  await visitor.page.reload();
  await visitor.sees(devices);
  assert.equal(await visitor.field('remember.label').inputValue(), '1w');
  service.ahead(FRESH_S + 1);
  await visitor.field('remember.label').selectOption('never');
  await devices.getByRole('button', {name: visitor.say('settings.save')}).click();
  await visitor.sees(visitor.text('devices.none'));
});

story('a remembered device is forgotten, one or all', en, async (visitor) => {
  const person = await enter(visitor, {second: 'totp'}, {remember: true});
  const others = [await visitor.another(), await visitor.another()];
  for (const other of others) {
    await log_in(other, person);
    await other.choice('code.remember_12h').check();
    await enter_code(other, await person.app.code());
    await is_in(other);
  }
  await visitor.page.reload();
  const devices = region(visitor, 'devices.title');
  await visitor.sees(devices.getByRole('listitem').nth(2));
  await visitor.look('settings-devices');
  // The one of this browser is marked, and another one goes.
  const mark = visitor.text('devices.current').filter({visible: true});
  const elsewhere = devices.getByRole('listitem').filter({hasNot: mark});
  assert.equal(await elsewhere.count(), 2);
  await elsewhere.first().getByRole('button').click();
  await visitor.sees(visitor.text('devices.forgotten'));
  assert.equal(await devices.getByRole('listitem').count(), 2);
  await visitor.button('devices.forget_all').click();
  await dialog(visitor).waitFor();
  await visitor.look('devices-forget-all');
  await dialog(visitor).getByRole('button', {name: visitor.say('devices.forget_all')}).click();
  await visitor.sees(visitor.text('devices.none'));
  await others[0].end_session();
  await log_in(others[0], person);
  await others[0].sees(others[0].heading('code.title'));
});

story('a phone with the app is shown, and removed', nl, async (visitor) => {
  const person = await enter(visitor);
  assert.equal(await region(visitor, 'phones.title').filter({visible: true}).count(), 0);
  const {value: session_token} = (await visitor.context.cookies()).find(({name}) => name.endsWith('session'));
  execFileSync('/usr/bin/python3', ['-B', PHONE_APP, service.public, 'bind', join(service.folder, 'phone'), '14874'], {
    input: JSON.stringify({session_token, password: person.password}),
  });
  await visitor.page.reload();
  const phones = region(visitor, 'phones.title');
  await visitor.sees(phones);
  await visitor.look('settings-phones');
  await phones.getByRole('listitem').getByRole('button').click();
  await dialog(visitor).waitFor();
  await visitor.look('phones-remove');
  await dialog(visitor).getByRole('button', {name: visitor.say('phones.remove')}).click();
  await visitor.sees(visitor.text('phones.removed'));
});

story('new recovery codes take the place of the old ones', nl, async (visitor) => {
  const person = await enter(visitor);
  await visitor.link('codes.make').click();
  await visitor.sees(visitor.heading('codes.new_title'));
  visitor.expects('401 POST /v1/account/recovery-codes');
  await visitor.field('enrolment.password').fill('something else');
  await visitor.button('codes.make').click();
  await visitor.sees(visitor.text('password.rejected'));
  await visitor.field('enrolment.password').fill(person.password);
  await visitor.button('codes.make').click();
  await visitor.sees(visitor.text('codes.lead_new'));
  await keep_recovery_codes(visitor);
  await visitor.sees(visitor.text('recovery_left.many', {number: 6}));
});

story('two or fewer recovery codes are a warning', en, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.start').click();
  const {codes} = await enrol_with_app(visitor, person);
  for (const code of codes.slice(0, 4)) {
    await visitor.button('logout.here').click();
    await enter_password(visitor, person);
    await visitor.button('recovery.use').click();
    await enter_code(visitor, code, 'recovery.label');
    await is_in(visitor);
  }
  await visitor.sees(visitor.text('recovery_left.many', {number: 2}));
  await visitor.sees(visitor.text('recovery_left.few'));
  await visitor.look('settings-few-codes');
});

story('the method is changed from an app to codes by SMS', nl, async (visitor) => {
  const person = await enter(visitor);
  await visitor.link('enrolment.title_replace').click();
  await visitor.sees(visitor.text('enrolment.lead_replace'));
  await visitor.look('enrolment-replace');
  await choose_method(visitor, person, 'sms', person.number);
  await enter_code(visitor, await person.phone.code());
  await keep_recovery_codes(visitor);
  await visitor.sees(visitor.like('two_step.by_sms'));
});

story('two-step is switched off by who may', en, async (visitor) => {
  const person = await enter(visitor);
  await visitor.link('two_step.off').click();
  await visitor.sees(visitor.heading('two_step.off_title'));
  await visitor.look('two-step-off');
  await visitor.field('enrolment.password').fill(person.password);
  await visitor.button('two_step.off').click();
  await visitor.sees(visitor.text('two_step.off_done'));
  await visitor.sees(visitor.text('two_step.is_off'));
});

story('two-step is not switched off where it is mandatory', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await service.call('PUT', `/v1/accounts/${person.account}/mandatory-from`, {date: '2026-01-01T00:00:00Z'});
  await log_in(visitor, person);
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  await visitor.sees(visitor.text('two_step.mandatory'));
  assert.equal(await visitor.link('two_step.off').count(), 0);
});

story('the name and the language are changed, and the page speaks it', nl, async (visitor) => {
  await enter(visitor);
  await visitor.field('profile.name').fill('Robin de Vries');
  await visitor.field('profile.language').selectOption('en');
  await region(visitor, 'profile.title').getByRole('button', {name: visitor.say('settings.save')}).click();
  await visitor.reads('en');
  await visitor.sees(visitor.heading('settings.title'));
  assert.equal(await visitor.field('profile.name').inputValue(), 'Robin de Vries');
  await visitor.look('settings-other-language');
  await visitor.page.reload();
  await visitor.sees(visitor.heading('settings.title'));
});

story('the history is in words, with time and device', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  visitor.expects('401 POST /v1/logins/current/code');
  await log_in(visitor, person);
  await enter_code(visitor, person.app.wrong());
  await visitor.sees(visitor.text('code.rejected_totp'));
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  const history = region(visitor, 'history.title');
  await visitor.sees(history.getByText(visitor.say('history.today')));
  const told = (await history.getByRole('listitem').allInnerTexts()).join('\n');
  assert.match(told, /\d\d:\d\d/);
  assert.match(told, /Chrom/);
  assert.ok(!told.includes('login.'), `no names of events: ${told}`);
});

story('what happened before is shown once, also where the button is pressed twice', nl, async (visitor) => {
  await enter(visitor);
  const event = (number) => ({at: date(-number * 60), type: 'login.completed', text: `Gebeurtenis ${number}`});
  const answer = async (route) => {
    const before = new URL(route.request().url()).searchParams.get('before');
    const events = before ? [event(3), event(4)] : [event(1), event(2)];
    await route.fulfill({json: {events, ...(!before && {before: '2'})}});
  };
  await visitor.page.route('**/v1/account/history?*', answer);
  await visitor.page.reload();
  await visitor.button('history.more').dblclick();
  const events = region(visitor, 'history.title').getByRole('listitem').filter({hasText: 'Gebeurtenis'});
  await visitor.sees(events.nth(3));
  assert.equal(await visitor.button('history.more').count(), 0);
  assert.equal(await events.count(), 4);
  assert.equal(await visitor.page.evaluate(() => document.activeElement.textContent.includes('Gebeurtenis 3')), true);
});

story('a list that cannot be fetched is said in its section', en, async (visitor) => {
  await enter(visitor);
  await visitor.page.route('**/v1/app/devices', (route) => route.fulfill({status: 503, body: ''}), {times: 1});
  visitor.expects('503 GET /v1/app/devices');
  await visitor.page.reload();
  await visitor.sees(region(visitor, 'phones.title').getByText(visitor.say('settings.not_loaded')));
  await visitor.look('settings-not-loaded');
});

story('logging out everywhere ends the sessions elsewhere', en, async (visitor) => {
  const person = await enter(visitor);
  const elsewhere = await visitor.another();
  await log_in(elsewhere, person);
  await enter_code(elsewhere, await person.app.code());
  await is_in(elsewhere);
  await visitor.button('logout.everywhere').click();
  await dialog(visitor).getByRole('button', {name: visitor.say('logout.everywhere')}).click();
  await visitor.sees(visitor.heading('login.title'));
  elsewhere.expects('401 PATCH /v1/account');
  await elsewhere.field('profile.name').fill('Somebody');
  await region(elsewhere, 'profile.title').getByRole('button', {name: elsewhere.say('settings.save')}).click();
  await elsewhere.sees(elsewhere.heading('session.over_title'));
  await elsewhere.look('session-over');
  await elsewhere.link('session.login').click();
  await elsewhere.sees(elsewhere.heading('login.title'));
});

story('a session that is going to end says so before', nl, async (visitor) => {
  await visitor.page.clock.install();
  await enter(visitor);
  await visitor.sees(visitor.heading('settings.title'));
  await visitor.page.clock.fastForward('11:56:00');
  await visitor.sees(visitor.like('session.soon'));
  await visitor.look('session-soon');
  service.ahead(12 * 60 * 60);
  await visitor.page.clock.fastForward('00:05:00');
  await visitor.sees(visitor.heading('session.over_title'));
});

/** Comes back to the page from another one. */
const come_back = (visitor) =>
  visitor.page.evaluate(() => document.dispatchEvent(new Event('visibilitychange', {bubbles: true})));

story('a session that ended takes its warning and its open dialogs along', en, async (visitor) => {
  await visitor.page.clock.install();
  const person = await enter(visitor);
  service.ahead(FRESH_S + 1);
  visitor.expects('403 POST /v1/account/password');
  await change_password(visitor, person, NEW_PASSWORD);
  await dialog(visitor).waitFor();
  await visitor.page.clock.fastForward('11:52:00');
  await visitor.sees(visitor.page.locator('#session-end'));
  service.ahead(12 * 60 * 60);
  await come_back(visitor);
  await visitor.sees(visitor.heading('session.over_title'));
  assert.equal(await dialog(visitor).count(), 0);
  assert.ok(await visitor.page.locator('#session-end').isHidden());
  // Nor does it come back.
  await visitor.page.clock.fastForward('00:01:00');
  assert.ok(await visitor.page.locator('#session-end').isHidden());
});

story('what was ticked beside the codes stays when the session ends', nl, async (visitor) => {
  const person = await enter(visitor);
  await visitor.link('codes.make').click();
  await visitor.field('enrolment.password').fill(person.password);
  await visitor.button('codes.make').click();
  const codes = await shown_recovery_codes(visitor);
  await visitor.field('codes.kept').check();
  service.ahead(12 * 60 * 60 + 1);
  const asks = await visitor.hold('GET', '**/v1/session');
  await come_back(visitor);
  await asks.let_go();
  assert.deepEqual(await shown_recovery_codes(visitor), codes);
  assert.ok(await visitor.field('codes.kept').isChecked());
  visitor.expects('401 POST /v1/account/recovery-codes/acknowledge', '401 GET /v1/account');
  await visitor.button('codes.done').click();
  await visitor.sees(visitor.heading('session.over_title'));
});

story('a reload and going back keep the place', phone_nl, async (visitor) => {
  await enter(visitor);
  await visitor.link('password.change').click();
  await visitor.sees(visitor.heading('password.change'));
  await visitor.page.reload();
  await visitor.sees(visitor.heading('password.change'));
  await visitor.page.goBack();
  await visitor.sees(visitor.heading('settings.title'));
  await visitor.page.goForward();
  await visitor.sees(visitor.heading('password.change'));
});
