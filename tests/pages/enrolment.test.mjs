// Switching two-step verification on: offered or asked for, with an app or by SMS, and the recovery codes.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';

import {EVERY_WAY} from './support/browser.mjs';
import {stage} from './support/stage.mjs';
import {
  app_by_camera, app_by_hand, choose_method, enrol_with_app, enter_code, is_in, keep_recovery_codes, log_in,
  shown_recovery_codes,
} from './support/steps.mjs';

const {service, story} = stage({set_clock: true});
const nl = {language: 'nl'};
const en = {language: 'en'};
const phone_nl = {language: 'nl', size: 'phone'};
const DAY_S = 24 * 60 * 60;

const date = (seconds_away) => `${new Date(service.now() + seconds_away * 1000).toISOString().slice(0, 19)}Z`;

/** Has the person switch it on from such a moment on. */
const mandatory = (person, seconds_away) =>
  service.call('PUT', `/v1/accounts/${person.account}/mandatory-from`, {date: date(seconds_away)});

/** A new person, at the form of the method. */
async function begin(visitor, how) {
  const person = await visitor.person(how);
  await log_in(visitor, person);
  await visitor.button('offer.start').click();
  await visitor.sees(visitor.heading('enrolment.title'));
  return person;
}

for (const way of EVERY_WAY) {
  story('an app is set up with the QR code', way, async (visitor) => {
    const person = await visitor.person();
    await log_in(visitor, person);
    await visitor.sees(visitor.heading('offer.title'));
    await visitor.look('offer');
    await visitor.button('offer.start').click();
    await visitor.sees(visitor.heading('enrolment.title'));
    await visitor.look('enrolment');
    await choose_method(visitor, person, 'totp');
    await visitor.sees(visitor.heading('app.title'));
    const app = await app_by_camera(visitor);
    assert.equal((await app_by_hand(visitor)).secret, app.secret, 'the secret as text is that of the picture');
    await visitor.look('enrolment-app');
    await enter_code(visitor, await app.code(), 'app.code');
    await shown_recovery_codes(visitor);
    await visitor.look('recovery-codes');
    await keep_recovery_codes(visitor);
    await is_in(visitor);
  });

  story('codes by SMS are set up', way, async (visitor) => {
    const person = await begin(visitor);
    await choose_method(visitor, person, 'sms', `0${person.number.slice(3)}`);
    await visitor.sees(visitor.like('code.lead_sms'));
    await visitor.look('enrolment-sms');
    await enter_code(visitor, await person.phone.code());
    await keep_recovery_codes(visitor);
    await is_in(visitor);
  });
}

story('the app comes first, and each way is explained', nl, async (visitor) => {
  await begin(visitor);
  const choices = visitor.page.getByRole('radio');
  assert.deepEqual([await choices.count(), await choices.first().isChecked()], [2, true]);
  for (const [index, method] of ['totp', 'sms'].entries()) {
    const name = await choices.nth(index).evaluate((choice) => choice.labels[0].innerText);
    assert.ok(name.startsWith(visitor.say(`method.${method}`)), name);
    assert.ok(name.includes(visitor.say(`method.${method}_about`)), name);
  }
});

story('the key of the app is copied', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const app = await app_by_hand(visitor);
  await visitor.button('app.copy').click();
  await visitor.sees(visitor.text('copy.done'));
  assert.equal(await visitor.clipboard(), app.secret);
});

story('not now hides the offer until tomorrow', phone_nl, async (visitor) => {
  const person = await visitor.person();
  await log_in(visitor, person);
  await visitor.button('offer.not_now').click();
  await is_in(visitor);
  await visitor.end_session();
  await log_in(visitor, person);
  await is_in(visitor);
  await visitor.end_session();
  service.ahead(DAY_S);
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('offer.title'));
});

story('an offer says from when on it is no offer', en, async (visitor) => {
  const person = await visitor.person();
  await mandatory(person, 12 * DAY_S);
  await log_in(visitor, person);
  await visitor.sees(visitor.like('offer.mandatory_from'));
  await visitor.look('offer-with-date');
});

for (const way of EVERY_WAY) {
  story('who has to switch it on gets in afterwards', way, async (visitor) => {
    const person = await visitor.person();
    await mandatory(person, -60);
    await log_in(visitor, person);
    await visitor.sees(visitor.text('enrolment.lead_required'));
    await visitor.look('enrolment-required');
    await visitor.page.reload();
    await visitor.sees(visitor.text('enrolment.lead_required'));
    const {app} = await enrol_with_app(visitor, person);
    await is_in(visitor);
    await visitor.end_session();
    await log_in(visitor, person);
    await enter_code(visitor, await app.code());
    await is_in(visitor);
  });
}

story('who waited too long after a reset is told whom to ask', nl, async (visitor) => {
  const person = await visitor.person({second: 'totp'});
  await service.call('POST', `/v1/accounts/${person.account}/two-step-reset`, {reason: 'Lost the phone.'});
  await log_in(visitor, person);
  await visitor.sees(visitor.text('enrolment.lead_required'));
  service.ahead(3 * DAY_S + 1);
  visitor.expects('403 POST /v1/logins');
  await log_in(visitor, person);
  await visitor.sees(visitor.page.getByRole('main').getByText(/zorgverlener|organisatie|helpdesk/i));
  await visitor.look('login-reset-over');
});

story('a wrong password is said at its field, and the choice stays', phone_nl, async (visitor) => {
  const person = await begin(visitor);
  visitor.expects('401 POST /v1/account/enrolments');
  await choose_method(visitor, {password: 'something else'}, 'sms', '06 12345678');
  await visitor.sees(visitor.text('password.rejected'));
  await visitor.look('enrolment-password-rejected');
  assert.equal(await visitor.field('phone.label').inputValue(), '06 12345678');
  assert.equal(await visitor.field('enrolment.password').inputValue(), '');
  assert.ok(await visitor.choice('method.sms').isChecked());
  await choose_method(visitor, person, 'sms', person.number);
  await visitor.sees(visitor.heading('sms.title'));
});

story('a number that is none is said at its field', en, async (visitor) => {
  const person = await begin(visitor);
  visitor.expects('400 POST /v1/account/enrolments');
  await choose_method(visitor, person, 'sms', '020 123');
  const field = visitor.field('phone.label');
  await visitor.sees(visitor.page.locator('[aria-invalid=true]'));
  assert.equal(await field.getAttribute('aria-invalid'), 'true');
  assert.equal(await field.inputValue(), '020 123');
  await visitor.look('enrolment-phone-rejected');
});

story('a mistyped number is changed', nl, async (visitor) => {
  const person = await begin(visitor);
  const other = await visitor.person();
  await choose_method(visitor, person, 'sms', other.number);
  await visitor.sees(visitor.like('code.lead_sms'));
  const old = await other.phone.code();
  await visitor.button('sms.change').click();
  await visitor.field('phone.new').fill(person.number);
  await visitor.look('enrolment-change-number');
  await visitor.button('phone.send').click();
  await visitor.sees(visitor.text('sms.sent_to_other'));
  const code = await person.phone.code();
  if (code !== old) {
    visitor.expects('401 POST /v1/account/enrolments/…/code');
    await enter_code(visitor, old);
    await visitor.sees(visitor.text('code.rejected_sms'));
    await visitor.look('enrolment-code-rejected');
  }
  await enter_code(visitor, code);
  await keep_recovery_codes(visitor);
  await is_in(visitor);
});

story('a message is sent again when there was time for the first', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'sms', person.number);
  await visitor.sees(visitor.like('sms.resend_wait'));
  const code = await person.phone.code();
  service.ahead(30);
  await visitor.page.reload();
  await visitor.button('sms.resend').click();
  await visitor.sees(visitor.text('sms.sent_again'));
  assert.equal(await person.phone.code(), code);
});

for (const method of ['totp', 'sms']) {
  story(`a reload, and going back, lose nothing and send no second message (${method})`, phone_nl, async (visitor) => {
    const person = await begin(visitor);
    await visitor.page.reload();
    await visitor.sees(visitor.heading('enrolment.title'));
    await choose_method(visitor, person, method, method === 'sms' ? person.number : undefined);
    const title = method === 'sms' ? 'sms.title' : 'app.title';
    await visitor.sees(visitor.heading(title));
    const app = method === 'totp' && (await app_by_hand(visitor));
    await visitor.page.reload();
    await visitor.sees(visitor.heading(title));
    await visitor.page.goBack();
    await visitor.sees(visitor.heading('enrolment.title'));
    await visitor.page.goForward();
    await visitor.sees(visitor.heading(title));
    if (app) assert.equal((await app_by_hand(visitor)).secret, app.secret);
    else assert.equal((await person.phone.messages()).length, 1);
    const code = app ? await app.code() : await person.phone.code();
    await enter_code(visitor, code, app ? 'app.code' : 'code.label');
    await keep_recovery_codes(visitor);
    await is_in(visitor);
  });
}

story('the fifth wrong code ends it, and the person begins again', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const app = await app_by_hand(visitor);
  visitor.expects('401 POST /v1/account/enrolments/…/code', '409 GET /v1/account/enrolments/…');
  for (let tries = 1; tries <= 5; tries += 1) {
    await enter_code(visitor, app.wrong(), 'app.code');
    await visitor.sees(visitor.text(tries < 5 ? 'code.rejected_totp' : 'enrolment.too_many_codes'));
  }
  await visitor.look('enrolment-too-many-codes');
  await enrol_with_app(visitor, person);
  await is_in(visitor);
});

story('what took too long is begun again', nl, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const app = await app_by_hand(visitor);
  service.ahead(601);
  visitor.expects('409 POST /v1/account/enrolments/…/code');
  await enter_code(visitor, await app.code(), 'app.code');
  await visitor.sees(visitor.text('enrolment.not_open'));
  await visitor.look('enrolment-over');
});

story('an enrolment in a second tab takes the place of the first', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const old = await app_by_hand(visitor);
  const first = visitor.page;
  visitor.page = await visitor.open_tab();
  await visitor.open('/#enrolment');
  await choose_method(visitor, person, 'totp');
  await visitor.sees(visitor.heading('app.title'));
  visitor.page = first;
  visitor.expects('409 POST /v1/account/enrolments/…/code');
  await enter_code(visitor, await old.code(), 'app.code');
  await visitor.sees(visitor.text('enrolment.not_open'));
});

story('who finished in a second tab is not asked to begin again in the first', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const old = await app_by_hand(visitor);
  const first = visitor.page;
  visitor.page = await visitor.open_tab();
  await visitor.open('/#enrolment');
  await enrol_with_app(visitor, person);
  await is_in(visitor);
  visitor.page = first;
  visitor.expects('409 POST /v1/account/enrolments/…/code');
  await enter_code(visitor, await old.code(), 'app.code');
  await is_in(visitor);
  await visitor.sees(visitor.text('two_step.by_totp'));
});

story('recovery codes stay where the time ran out while the code was on its way', nl, async (visitor) => {
  await visitor.page.clock.install();
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const app = await app_by_hand(visitor);
  const asks = await visitor.hold('GET', '**/v1/account/enrolments/*');
  await visitor.page.clock.fastForward('10:01');
  await asks.came;
  await enter_code(visitor, await app.code(), 'app.code');
  const codes = await shown_recovery_codes(visitor);
  visitor.expects('409 GET /v1/account/enrolments/…');
  await asks.let_go();
  assert.deepEqual(await shown_recovery_codes(visitor), codes);
});

story('who chose another way while a code was on its way is left there', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  const app = await app_by_hand(visitor);
  const code = await visitor.hold('POST', '**/v1/account/enrolments/*/code');
  await enter_code(visitor, app.wrong(), 'app.code');
  await code.came;
  const ended = visitor.page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await visitor.button('enrolment.other_way').click();
  await ended;
  await visitor.field('enrolment.password').fill('half of it');
  visitor.expects('409 POST /v1/account/enrolments/…/code');
  await code.let_go();
  assert.equal(await visitor.field('enrolment.password').inputValue(), 'half of it');
});

story('who turned back while an enrolment began has none', en, async (visitor) => {
  const person = await begin(visitor);
  const beginning = await visitor.hold('POST', '**/v1/account/enrolments');
  await choose_method(visitor, person, 'totp');
  await beginning.came;
  await visitor.button('enrolment.cancel').click();
  await visitor.sees(visitor.heading('offer.title'));
  const ended = visitor.page.waitForResponse((answer) => answer.request().method() === 'DELETE');
  await beginning.let_go();
  assert.equal((await ended).status(), 204);
  await visitor.sees(visitor.heading('offer.title'));
});

story('recovery codes are copied, downloaded and printed', nl, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  await enter_code(visitor, await (await app_by_hand(visitor)).code(), 'app.code');
  const codes = await shown_recovery_codes(visitor);

  await visitor.button('codes.copy').click();
  await visitor.sees(visitor.text('copy.done'));
  assert.deepEqual((await visitor.clipboard()).split('\n'), codes);

  const [download] = await Promise.all([visitor.page.waitForEvent('download'), visitor.link('codes.download').click()]);
  assert.equal(download.suggestedFilename(), visitor.say('codes.file_name'));
  const file = readFileSync(await download.path(), 'utf8');
  for (const code of codes) assert.ok(file.includes(code), file);

  await visitor.page.evaluate(() => { window.print = () => { document.title = 'printing'; }; });
  await visitor.button('codes.print').click();
  assert.equal(await visitor.page.title(), 'printing');
  await visitor.page.emulateMedia({media: 'print'});
  for (const code of codes) await visitor.sees(visitor.page.getByText(code));
  assert.equal(await visitor.page.getByRole('button').filter({visible: true}).count(), 0, 'no button is printed');
});

story('done is done when the codes are kept', en, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  await enter_code(visitor, await (await app_by_hand(visitor)).code(), 'app.code');
  const codes = await shown_recovery_codes(visitor);
  await visitor.button('codes.done').click();
  await visitor.sees(visitor.text('codes.kept_missing'));
  await visitor.look('recovery-codes-not-kept');
  await visitor.page.goBack();
  assert.deepEqual(await shown_recovery_codes(visitor), codes, 'going back does not lose them');
  await visitor.field('codes.kept').check();
  await visitor.button('codes.done').click();
  await is_in(visitor);
});

story('leaving the codes warns, and who leaves makes new ones', nl, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'totp');
  await enter_code(visitor, await (await app_by_hand(visitor)).code(), 'app.code');
  const codes = await shown_recovery_codes(visitor);
  const warnings = [];
  visitor.page.on('dialog', (dialog) => {
    warnings.push(dialog.type());
    dialog.accept();
  });
  await visitor.page.reload();
  assert.deepEqual(warnings, ['beforeunload']);
  await visitor.sees(visitor.heading('codes.lost_title'));
  await visitor.look('recovery-codes-lost');
  await visitor.button('codes.make').click();
  await visitor.sees(visitor.heading('codes.new_title'));
  await visitor.look('recovery-codes-new');
  await visitor.field('enrolment.password').fill(person.password);
  await visitor.button('codes.make').click();
  const fresh = await keep_recovery_codes(visitor);
  assert.deepEqual(fresh.filter((code) => codes.includes(code)), []);
  await is_in(visitor);
});

story('a session that ended before the set-up began says so', en, async (visitor) => {
  const person = await begin(visitor);
  service.ahead(12 * 60 * 60 + 1);
  visitor.expects('401 POST /v1/account/enrolments');
  await choose_method(visitor, person, 'totp');
  await visitor.sees(visitor.text('login.over'));
  await visitor.sees(visitor.heading('login.title'));
});

story('nothing that is secret is in the address or the storage of the browser', nl, async (visitor) => {
  const person = await begin(visitor);
  await choose_method(visitor, person, 'sms', person.number);
  await visitor.sees(visitor.heading('sms.title'));
  const code = await person.phone.code();
  const addresses = [visitor.page.url()];
  await enter_code(visitor, code);
  const codes = await keep_recovery_codes(visitor);
  await is_in(visitor);
  addresses.push(visitor.page.url());
  const kept = await visitor.page.evaluate(() => [{...localStorage}, {...sessionStorage}, document.cookie]);
  assert.deepEqual(kept, [{}, {}, '']);
  for (const secret of [person.password, person.identifier, person.number.slice(3), code, ...codes]) {
    for (const address of addresses) assert.ok(!address.includes(secret), address);
  }
});
