// What people do on the pages again and again, so that a story tells only what it is about.
import assert from 'node:assert/strict';
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';

import {Authenticator} from './authenticator.mjs';

const RECOVERY_CODE = /\b(?:[A-HJ-NP-Z2-9]{4}-){2}[A-HJ-NP-Z2-9]{4}\b/g;

/** From the password's page on. */
export async function enter_password(visitor, {identifier, password}) {
  await visitor.field('login.identifier').fill(identifier);
  await visitor.field('password.label').fill(password);
  await visitor.button('login.submit').click();
}

export async function log_in(visitor, person) {
  await visitor.open('/');
  await enter_password(visitor, person);
}

/** Types a code and presses Enter, as most do. */
export async function enter_code(visitor, code, label = 'code.label') {
  await visitor.field(label).fill(code);
  await visitor.field(label).press('Enter');
}

/** Waits until the person is in. */
export async function is_in(visitor) {
  await visitor.page.waitForURL('**/settings');
  await visitor.sees(visitor.page.getByRole('heading', {level: 1}));
}

/** The form that asks for the password and the method. */
export async function choose_method(visitor, {password}, method, phone) {
  await visitor.field('enrolment.password').fill(password);
  await visitor.choice(`method.${method}`).check();
  if (phone) await visitor.field('phone.label').fill(phone);
  await visitor.button('enrolment.continue').click();
}

/** The authenticator app that somebody sets up who types the secret. */
export async function app_by_hand(visitor) {
  await visitor.text('app.by_hand').click();
  const secret = await visitor.page.getByText(/^(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}$/).textContent();
  return new Authenticator(secret, visitor.service);
}

/** The same by scanning the QR code, with other people's program for it. */
export async function app_by_camera(visitor) {
  const file = join(visitor.service.folder, 'qr.png');
  await visitor.page.getByRole('img', {name: visitor.say('app.qr')}).screenshot({path: file});
  const uri = new URL(execFileSync('zbarimg', ['--quiet', '--raw', file], {encoding: 'utf8', stdio: 'pipe'}).trim());
  return new Authenticator(uri.searchParams.get('secret'), visitor.service);
}

/** The recovery codes that are shown. */
export async function shown_recovery_codes(visitor) {
  await visitor.sees(visitor.heading('codes.title'));
  const codes = (await visitor.page.getByRole('main').innerText()).match(RECOVERY_CODE);
  assert.equal(new Set(codes).size, 6, `six recovery codes: ${codes}`);
  return codes;
}

export async function keep_recovery_codes(visitor) {
  const codes = await shown_recovery_codes(visitor);
  await visitor.field('codes.kept').check();
  await visitor.button('codes.done').click();
  return codes;
}

/** From the form of the method to the recovery codes. Gives {app, codes}. */
export async function enrol_with_app(visitor, person) {
  await choose_method(visitor, person, 'totp');
  const app = await app_by_hand(visitor);
  await enter_code(visitor, await app.code(), 'app.code');
  return {app, codes: await keep_recovery_codes(visitor)};
}

export async function enrol_with_sms(visitor, person) {
  await choose_method(visitor, person, 'sms', person.number);
  await enter_code(visitor, await person.phone.code());
  return {codes: await keep_recovery_codes(visitor)};
}

/**
 * A member of staff at their own address, who sets two-step up at their first login there. Gives the person with the
 * app.
 */
export async function enter_as_staff(visitor, roles, how) {
  const person = await visitor.person({roles, ...how});
  await visitor.open('/', 'staff');
  await enter_password(visitor, person);
  await visitor.sees(visitor.text('enrolment.lead_required'));
  const {app} = await enrol_with_app(visitor, person);
  await visitor.sees(visitor.button('logout.here'));
  return {...person, app};
}
