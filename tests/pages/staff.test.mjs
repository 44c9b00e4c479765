// The help desk and the auditors, on the listener of staff.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

import {EVERY_WAY} from './support/browser.mjs';
import {stage} from './support/stage.mjs';
import {enter_as_staff, enter_code, enter_password, is_in, log_in} from './support/steps.mjs';
import {until} from './support/wait.mjs';

const {service, story} = stage({set_clock: true, settings: {'lock.failures': 3}});
const nl = {language: 'nl'};
const en = {language: 'en'};
const phone_nl = {language: 'nl', size: 'phone'};
const FRESH_S = 5 * 60; // how long after the second step it is not asked again

async function find(visitor, {identifier}) {
  await visitor.link('staff.people').click();
  await visitor.sees(visitor.heading('people.title'));
  await visitor.field('login.identifier').fill(identifier);
  await visitor.button('people.find').click();
}

async function reset(visitor, reason) {
  await visitor.field('reason.label').fill(reason);
  await visitor.button('reset.submit').click();
}

for (const way of EVERY_WAY) {
  story('the help desk resets the two-step of somebody who lost the phone', way, async (visitor) => {
    const person = await visitor.person({second: 'totp'});
    await enter_as_staff(visitor, ['helpdesk']);
    await visitor.look('staff-find');
    await find(visitor, person);
    await visitor.sees(visitor.heading('reset.title'));
    await visitor.sees(visitor.page.getByText(person.identifier));
    await visitor.look('staff-person');
    await reset(visitor, 'Lost the phone; known at the desk.');
    await visitor.sees(visitor.text('reset.done'));
    await visitor.look('staff-reset-done');
    const owner = await visitor.another();
    await log_in(owner, person);
    await owner.sees(owner.text('enrolment.lead_required'));
  });
}

story('a reset wants a reason, and what was typed stays', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, person);
  await visitor.button('reset.submit').click();
  await visitor.sees(visitor.text('reason.missing'));
  await visitor.look('staff-reset-without-reason');
  const reason = 'Belde vanaf het bekende nummer.';
  await visitor.field('reason.label').fill(reason);
  await visitor.page.route('**/two-step-reset', (route) => route.abort());
  visitor.expects('net::ERR_FAILED POST /v1/accounts/…/two-step-reset');
  await visitor.button('reset.submit').click();
  await visitor.sees(visitor.text('trouble.offline'));
  assert.equal(await visitor.field('reason.label').inputValue(), reason);
});

story('a reset wants the second step again where it was long ago', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  const {app} = await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, person);
  service.ahead(FRESH_S + 1);
  visitor.expects('403 POST /v1/accounts/…/two-step-reset');
  await reset(visitor, 'Lost the phone.');
  await visitor.page.getByRole('dialog').waitFor();
  await visitor.look('staff-step-up');
  await enter_code(visitor, await app.code());
  await visitor.sees(visitor.text('reset.done'));
});

story('who did not set it up in time after a reset is reset once more', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, person);
  await reset(visitor, 'Telefoon kwijt.');
  await visitor.sees(visitor.text('reset.done'));
  await visitor.sees(visitor.text('reset.again'));
  const answer = visitor.page.waitForResponse('**/two-step-reset');
  await reset(visitor, 'Kwam er te laat aan toe.');
  assert.equal((await answer).status(), 200);
});

story('the help desk unlocks codes', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  const owner = await visitor.another();
  owner.expects('401 POST /v1/logins/current/code');
  await log_in(owner, person);
  for (let tries = 1; tries <= 3; tries += 1) {
    await enter_code(owner, person.app.wrong());
    await until('the page to ask anew', async () => (await owner.page.getByRole('textbox').inputValue()) === '');
  }
  await owner.sees(owner.like('lock.until'));
  await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, person);
  await visitor.sees(visitor.like('locked.until'));
  await visitor.look('staff-locked');
  const unlock = visitor.page.locator('section').filter({has: visitor.heading('unlock.title')});
  await unlock.getByLabel(visitor.say('reason.label')).fill('Called us, and knew the answers.');
  await visitor.button('unlock.submit').click();
  await visitor.sees(visitor.text('unlock.done'));
  await owner.page.reload();
  await enter_code(owner, await person.app.code());
  await is_in(owner);
});

story('nobody is found under an address that nobody has', phone_nl, async (visitor) => {
  await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, {identifier: 'nobody@example.org'});
  await visitor.sees(visitor.text('people.none'));
  assert.equal(await visitor.field('login.identifier').inputValue(), 'nobody@example.org');
  await visitor.look('staff-nobody');
});

story('an answer that comes late does not take who asked away from where they went', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await enter_as_staff(visitor, ['helpdesk']);
  const lookup = await visitor.hold('POST', '**/v1/accounts/lookup');
  await find(visitor, person);
  await lookup.came;
  await visitor.link('staff.resets').click();
  await visitor.sees(visitor.heading('resets.title'));
  await lookup.let_go();
  assert.equal(new URL(visitor.page.url()).hash, '#resets');
  assert.equal(await visitor.heading('resets.title').count(), 1);
});

story('the help desk does not reset a colleague, nor oneself', en, async (visitor) => {
  const colleague = await visitor.person({roles: ['helpdesk']});
  const self = await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, self);
  await visitor.sees(visitor.text('person.own'));
  assert.equal(await visitor.button('reset.submit').count(), 0);
  await visitor.look('staff-own-account');
  await find(visitor, colleague);
  await visitor.sees(visitor.heading('reset.title'));
  assert.equal(await visitor.button('reset.submit').count(), 0);
});

story('who is no staff hears what a wrong password hears', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  visitor.expects('401 POST /v1/logins');
  await visitor.open('/', 'staff');
  await enter_password(visitor, person);
  await visitor.sees(visitor.text('login.rejected'));
});

for (const way of EVERY_WAY) {
  story('an auditor reads the timeline of an account, and its state at a moment', way, async (visitor) => {
    const person = await visitor.person({second: 'totp'});
    const owner = await visitor.another();
    await log_in(owner, person);
    await enter_code(owner, await person.app.code());
    await is_in(owner);

    await enter_as_staff(visitor, ['auditor']);
    assert.equal(await visitor.link('staff.people').count(), 0);
    await visitor.sees(visitor.heading('audit.title'));
    await visitor.look('audit');
    await visitor.field('fact.account').fill(person.account);
    await visitor.button('audit.open').click();
    await visitor.sees(visitor.heading('timeline.title'));
    await visitor.sees(visitor.page.getByText('login.completed'));
    await visitor.look('audit-timeline');

    const coming = visitor.page.waitForEvent('download');
    await visitor.link('timeline.download').click();
    const download = await coming;
    const envelopes = readFileSync(await download.path(), 'utf8').trimEnd().split('\n').map((line) => JSON.parse(line));
    assert.ok(envelopes.some(({type}) => type.endsWith('login.completed')), 'the login is in the file');
    assert.ok(!JSON.stringify(envelopes).includes(person.identifier), 'what is personal is not in the file');

    await visitor.page.getByText('login.completed').click();
    await visitor.link('event.state').click();
    await visitor.sees(visitor.heading('state.title'));
    await visitor.look('audit-state');
    await visitor.page.goBack();
    await visitor.sees(visitor.heading('timeline.title'));

    await visitor.field('timeline.type').fill('login.completed');
    await visitor.button('timeline.filter').click();
    await visitor.sees(visitor.like('timeline.one'));
    await visitor.look('audit-filtered');
    await visitor.page.reload();
    await visitor.sees(visitor.like('timeline.one'));
  });
}

story('an account that is none and a moment that is none are said', nl, async (visitor) => {
  await enter_as_staff(visitor, ['auditor']);
  await visitor.field('fact.account').fill('somebody');
  await visitor.button('audit.open').click();
  await visitor.sees(visitor.text('audit.malformed'));
  await visitor.look('audit-malformed');
  const {account} = await visitor.person();
  visitor.expects('400 GET /v1/audit/accounts/…/state');
  for (const moment of ['yesterday', '%']) {
    await visitor.open(`/#audit/${account}/state/${moment}`, 'staff');
    await visitor.page.reload();
    await visitor.sees(visitor.text('state.gone'));
  }
  await visitor.look('audit-no-moment');
});

story('an auditor fetches the events that came meanwhile', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await enter_as_staff(visitor, ['auditor']);
  await visitor.field('fact.account').fill(person.account);
  await visitor.button('audit.open').click();
  const events = visitor.page.getByRole('main').locator('details');
  await visitor.sees(events);
  const before = await events.count();
  await visitor.button('timeline.more').click();
  await visitor.sees(visitor.text('timeline.no_more'));
  assert.equal(await events.count(), before);

  const owner = await visitor.another();
  await log_in(owner, person);
  await owner.sees(owner.heading('code.title'));
  // Asked for twice before the answer is there, they still come once.
  const more = await visitor.hold('GET', '**/events?*');
  await visitor.button('timeline.more').dblclick();
  await more.came;
  await more.let_go();
  await visitor.sees(events.nth(before));
  const types = await events.locator('summary code').allTextContents();
  assert.equal(types.filter((type) => type === 'login.started').length, 1);
  await visitor.sees(visitor.like('timeline.count'));
  await visitor.look('audit-more');
});

story('a session of staff that is over leads back to where they were', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  const staff = await enter_as_staff(visitor, ['helpdesk']);
  await find(visitor, person);
  await visitor.sees(visitor.heading('reset.title'));
  service.ahead(12 * 60 * 60 + 1);
  visitor.expects('401 POST /v1/accounts/…/two-step-reset');
  await reset(visitor, 'Lost the phone.');
  await visitor.sees(visitor.text('staff.over'));
  await visitor.look('staff-over');
  await enter_password(visitor, staff);
  await enter_code(visitor, await staff.app.code());
  await visitor.sees(visitor.heading('reset.title'));
  await visitor.sees(visitor.page.getByText(person.identifier));
});

story('staff log out', nl, async (visitor) => {
  await enter_as_staff(visitor, ['helpdesk', 'auditor']);
  await visitor.button('logout.here').click();
  await visitor.sees(visitor.text('staff.logged_out'));
  await visitor.look('staff-logged-out');
  assert.equal(await visitor.field('login.identifier').inputValue(), '');
});

story('who logs out is not warned any more that the session ends', en, async (visitor) => {
  await visitor.page.clock.install();
  await enter_as_staff(visitor, ['helpdesk']);
  await visitor.page.clock.fastForward('11:56:00');
  await visitor.sees(visitor.like('session.soon'));
  // The first key or click after a while asks whether there still is a session; that is not what this is about.
  const asked = visitor.page.waitForResponse('**/v1/session');
  await visitor.page.keyboard.press('Shift');
  await asked;
  await visitor.button('logout.here').click();
  await visitor.sees(visitor.text('staff.logged_out'));
  assert.equal(await visitor.like('session.soon').filter({visible: true}).count(), 0);
});

story('without scripts the page says what is missing', {...nl, scripts: false}, async (visitor) => {
  await visitor.open('/', 'staff');
  for (const language of ['nl', 'en']) await visitor.sees(visitor.page.locator(`noscript [lang=${language}]`));
});
