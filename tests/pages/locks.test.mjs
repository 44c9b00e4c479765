// Being slowed down and locked out, with limits that are reached sooner.
import assert from 'node:assert/strict';

import {stage} from './support/stage.mjs';
import {enrol_with_app, enter_code, enter_password, is_in, log_in} from './support/steps.mjs';
import {until} from './support/wait.mjs';

const {service, story} = stage({
  set_clock: true,
  settings: {
    'throttle.identifier_network': 1,
    'lock.failures': 3,
    'lock.failures_for_good': 10,
    'recovery.failures_free': 1,
    'sms.budget_number': 1,
    'sms.code_tries': 2,
  },
});
const nl = {language: 'nl'};
const en = {language: 'en'};
const phone_nl = {language: 'nl', size: 'phone'};

async function enter_wrong_codes(visitor, person, times) {
  visitor.expects('401 POST /v1/logins/current/code');
  for (let tries = 1; tries <= times; tries += 1) {
    await enter_code(visitor, person.app.wrong());
    await until('the page to ask anew', async () => (await visitor.page.getByRole('textbox').inputValue()) === '');
  }
}

story('who types wrong passwords is told how long to wait', phone_nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  visitor.expects('401 POST /v1/logins', '429 POST /v1/logins');
  await log_in(visitor, {...person, password: 'something else'});
  await visitor.sees(visitor.text('login.rejected'));
  await enter_password(visitor, person);
  await visitor.sees(visitor.text('trouble.too_many_requests'));
  await visitor.look('login-throttled');
  assert.equal(await visitor.field('login.identifier').inputValue(), person.identifier);
  await visitor.sees(visitor.text('trouble.again'));
  await enter_password(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
});

story('too many wrong codes leave the recovery codes', nl, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.start').click();
  const {app, codes} = await enrol_with_app(visitor, person);
  await is_in(visitor);
  await visitor.end_session();
  await log_in(visitor, person);
  await enter_wrong_codes(visitor, {app}, 3);
  await visitor.sees(visitor.heading('recovery.title'));
  await visitor.sees(visitor.like('lock.until'));
  await visitor.look('login-locked');
  await visitor.page.reload();
  await visitor.sees(visitor.like('lock.until'));
  await enter_code(visitor, codes[0], 'recovery.label');
  await is_in(visitor);
});

story('a lock opens by itself', en, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  await enter_wrong_codes(visitor, person, 3);
  await visitor.sees(visitor.like('lock.until'));
  service.ahead(15 * 60 + 1);
  await log_in(visitor, person);
  await enter_code(visitor, await person.app.code());
  await is_in(visitor);
});

story('a lock that no time opens says who can help', phone_nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await log_in(visitor, person);
  for (const [tries, lock_s] of [[3, 901], [3, 1801], [3, 3601], [1, 0]]) {
    await enter_wrong_codes(visitor, person, tries);
    if (!lock_s) break;
    await visitor.sees(visitor.like('lock.until'));
    service.ahead(lock_s);
    await log_in(visitor, person);
  }
  await visitor.sees(visitor.text('lock.for_good'));
  await visitor.look('login-locked-for-good');
});

story('wrong recovery codes are slowed down', en, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.start').click();
  const {codes} = await enrol_with_app(visitor, person);
  await is_in(visitor);
  await visitor.end_session();
  await log_in(visitor, person);
  await visitor.button('recovery.use').click();
  visitor.expects('401 POST /v1/logins/current/recovery-code', '429 POST /v1/logins/current/recovery-code');
  await enter_code(visitor, 'ABCD-EFGH-JKLM', 'recovery.label');
  await visitor.sees(visitor.text('recovery.rejected'));
  await enter_code(visitor, codes[0], 'recovery.label');
  await visitor.sees(visitor.text('trouble.too_many_requests'));
  await visitor.look('recovery-code-throttled');
  await visitor.sees(visitor.text('trouble.again'));
  await enter_code(visitor, codes[0], 'recovery.label');
  await is_in(visitor);
});

story('where no message may be sent, the page says so and leads on', nl, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  await enter_code(visitor, await person.phone.code());
  await is_in(visitor);
  await visitor.end_session();
  await log_in(visitor, person);
  await visitor.sees(visitor.text('sms.held_back'));
  await visitor.look('code-sms-held-back');
  visitor.expects('429 POST /v1/logins/current/sms');
  service.ahead(30);
  await visitor.page.reload();
  await visitor.button('sms.resend').click();
  await visitor.sees(visitor.text('sms.not_now'));
  await visitor.look('code-sms-not-now');
});

story('a code by SMS that was tried too often is dead, and the page leads on', en, async (visitor) => {
  const person = await visitor.person({second: 'sms'});
  await log_in(visitor, person);
  const code = await person.phone.code();
  const wrong = code === '123456' ? '654321' : '123456';
  visitor.expects('401 POST /v1/logins/current/code');
  await enter_code(visitor, wrong);
  await visitor.sees(visitor.text('code.rejected_sms'));
  await enter_code(visitor, wrong);
  await visitor.sees(visitor.text('code.rejected_last'));
  await visitor.look('code-sms-dead');
  assert.equal(await visitor.button('sms.resend').count(), 0);
});
