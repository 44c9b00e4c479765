// What an organisation decides: resets that a second colleague has to approve, the app as the only method, short
// remembering.
import assert from 'node:assert/strict';

import {stage} from './support/stage.mjs';
import {choose_method, enter_as_staff, enter_code, is_in, log_in} from './support/steps.mjs';

const POLICY = {four_eyes: true, methods: ['totp'], remember_durations: ['never', '12h']};
const {story} = stage({prepare: (service) => service.call('PUT', '/v1/policy', POLICY)});

async function ask_for_reset(visitor, {identifier}) {
  await visitor.field('login.identifier').fill(identifier);
  await visitor.button('people.find').click();
  await visitor.field('reason.label').fill('Lost the phone.');
  await visitor.button('reset.submit').click();
  await visitor.sees(visitor.like('reset.waits'));
}

/** A colleague of `visitor`, at the reset that waits. */
async function colleague_at_reset(visitor) {
  const colleague = await visitor.another();
  await enter_as_staff(colleague, ['helpdesk']);
  await colleague.link('staff.resets').click();
  await colleague.sees(colleague.heading('resets.title'));
  await colleague.look('staff-resets');
  await colleague.page.getByRole('main').getByRole('listitem').getByRole('link').click();
  await colleague.sees(colleague.heading('decision.title'));
  return colleague;
}

for (const [language, size] of [['nl', 'desktop'], ['en', 'phone']]) {
  story('a reset is approved by somebody else', {language, size}, async (visitor) => {
    const person = await visitor.person({second: 'totp'});
    await enter_as_staff(visitor, ['helpdesk']);
    await ask_for_reset(visitor, person);
    await visitor.look('staff-reset-waits');
    await visitor.link('resets.look').click();
    await visitor.sees(visitor.text('decision.own'));
    await visitor.look('staff-own-reset');
    const colleague = await colleague_at_reset(visitor);
    await colleague.look('staff-decision');
    await colleague.button('decision.submit').click();
    await colleague.sees(colleague.text('decision.missing'));
    await colleague.choice('decision.approve').check();
    await colleague.button('decision.submit').click();
    await colleague.sees(colleague.text('decision.approved'));
    await colleague.look('staff-resets-none');
    const owner = await visitor.another();
    await log_in(owner, person);
    await owner.sees(owner.text('enrolment.lead_required'));
  });
}

story('a reset is denied, and nothing changes', {language: 'en'}, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await enter_as_staff(visitor, ['helpdesk']);
  await ask_for_reset(visitor, person);
  const colleague = await colleague_at_reset(visitor);
  await colleague.choice('decision.deny').check();
  await colleague.field('decision.reason').fill('It was not the person who called.');
  await colleague.button('decision.submit').click();
  await colleague.sees(colleague.text('decision.denied'));
  const owner = await visitor.another();
  await log_in(owner, person);
  await enter_code(owner, await person.app.code());
  await is_in(owner);
});

story('a reset that the person made superfluous is gone', {language: 'nl'}, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await enter_as_staff(visitor, ['helpdesk']);
  await ask_for_reset(visitor, person);
  const colleague = await colleague_at_reset(visitor);
  const owner = await visitor.another();
  await log_in(owner, person);
  await enter_code(owner, await person.app.code());
  await is_in(owner);
  await colleague.page.reload();
  await colleague.sees(colleague.text('resets.gone'));
  assert.equal(await colleague.button('decision.submit').count(), 0);
});

story('a method that is not allowed is said at the choice', {language: 'nl', size: 'phone'}, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.start').click();
  visitor.expects('409 POST /v1/account/enrolments');
  await choose_method(visitor, person, 'sms', person.number);
  await visitor.sees(visitor.page.locator('[aria-invalid=true]'));
  await visitor.look('enrolment-method-not-allowed');
  await choose_method(visitor, person, 'totp');
  await visitor.sees(visitor.heading('app.title'));
});

story('a time that is not allowed is said at the choice', {language: 'en'}, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
  visitor.expects('400 PUT /v1/account/remember');
  const devices = visitor.page.getByRole('region', {name: visitor.say('devices.title')});
  await visitor.field('remember.label').selectOption('1w');
  await devices.getByRole('button', {name: visitor.say('settings.save')}).click();
  await visitor.sees(visitor.page.locator('[aria-invalid=true]'));
  await visitor.look('settings-duration-not-allowed');
});
