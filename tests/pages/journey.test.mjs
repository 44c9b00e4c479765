// The journey of the README, as a person takes it: in both languages, at a desk and on a phone.
import assert from 'node:assert/strict';

import {EVERY_WAY} from './support/browser.mjs';
import {stage} from './support/stage.mjs';
import {
  app_by_camera, choose_method, enter_code, enter_password, is_in, keep_recovery_codes, log_in, shown_recovery_codes,
} from './support/steps.mjs';

const {service, story} = stage({
  settings: {'organisation.name': 'Zorggroep De Linde', 'organisation.support': '088 123 45 67'},
});

for (const way of EVERY_WAY) {
  story('the journey of the README', way, async (visitor) => {
    const person = await visitor.person();

    // 1. Log in with the password; two-step is offered.
    await visitor.open('/');
    await visitor.sees(visitor.page.getByText('Zorggroep De Linde', {exact: true}));
    await visitor.sees(visitor.page.getByRole('link', {name: '088 123 45 67'}));
    await visitor.look('login');
    await enter_password(visitor, person);
    await visitor.button('offer.start').click();

    // 2. and 3. Scan the QR code, enter the app's code, keep the recovery codes.
    await choose_method(visitor, person, 'totp');
    const app = await app_by_camera(visitor);
    await enter_code(visitor, await app.code(), 'app.code');
    const codes = await shown_recovery_codes(visitor);
    await keep_recovery_codes(visitor);
    await is_in(visitor);
    await visitor.sees(visitor.text('two_step.by_totp'));
    await visitor.sees(visitor.text('recovery_left.many', {number: 6}));
    await visitor.look('settings');

    // 4. Log in again with a code, and have the device remembered.
    await visitor.button('logout.here').click();
    await visitor.sees(visitor.heading('login.title'));
    await enter_password(visitor, person);
    await visitor.choice('code.remember_12h').check();
    await enter_code(visitor, await app.code());
    await is_in(visitor);
    await visitor.sees(visitor.text('devices.current'));
    await visitor.button('logout.here').click();
    await enter_password(visitor, person);
    await is_in(visitor);

    // 5. Elsewhere and without the phone: a recovery code.
    const elsewhere = await visitor.another();
    await log_in(elsewhere, person);
    await elsewhere.button('recovery.use').click();
    await enter_code(elsewhere, codes[0], 'recovery.label');
    await is_in(elsewhere);
    await elsewhere.sees(elsewhere.text('recovery_left.many', {number: 5}));

    // 6. What happened, in words.
    const history = elsewhere.page.getByRole('region', {name: elsewhere.say('history.title')});
    await history.getByRole('listitem').nth(4).waitFor();

    // 7. Change to codes by SMS, 8. and log in with one.
    await elsewhere.link('enrolment.title_replace').click();
    await choose_method(elsewhere, person, 'sms', person.number);
    await enter_code(elsewhere, await person.phone.code());
    const fresh = await keep_recovery_codes(elsewhere);
    assert.deepEqual(fresh.filter((code) => codes.includes(code)), []);
    await is_in(elsewhere);
    await elsewhere.sees(elsewhere.like('two_step.by_sms'));
    await elsewhere.button('logout.here').click();
    await enter_password(elsewhere, person);
    await enter_code(elsewhere, await person.phone.code());
    await is_in(elsewhere);

    // The change ended what was open elsewhere, and forgot the device.
    await log_in(visitor, person);
    await visitor.sees(visitor.heading('code.title'));
  });
}

story('the demo’s own people log in as its first lines say', {language: 'en'}, async (visitor) => {
  await log_in(visitor, {identifier: 'alex@example.org', password: 'tweestap-demo'});
  await visitor.button('offer.not_now').click();
  await is_in(visitor);
  assert.equal(new URL(visitor.page.url()).origin, service.public);
});
