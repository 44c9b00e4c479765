// screenshots.mjs FOLDER: the pictures of the pages for README and guides, taken on the way that people go.
import {execFileSync} from 'node:child_process';
import {mkdirSync, statSync} from 'node:fs';
import {join} from 'node:path';

import {Authenticator} from './authenticator.mjs';
import {launch} from './browser.mjs';
import {Service} from './service.mjs';
import {
  app_by_hand, choose_method, enter_as_staff, enter_code, enter_password, is_in, keep_recovery_codes, log_in,
  shown_recovery_codes,
} from './steps.mjs';
import {Visitor} from './visitor.mjs';

const MAX_BYTES = 80_000; // of one picture: a guide has a dozen, and a repository keeps every version
const TALLEST = 1200; // of a page that is longer, such as the settings, the first part is shown
const CARD = {part: 'main', ground: 12}; // the same head and foot on each picture would only cost paper
const folder = process.argv[2];
let taken = 0;

/** Who takes pictures: `take(name)` writes FOLDER/name-language.png, of the page or of its card. */
async function photographer(browser, service, how) {
  const visitor = await Visitor.arrive(browser, service, how);
  visitor.take = async (name, part) => {
    const file = join(folder, `${name}-${visitor.language}.png`);
    await visitor.photograph(file, {tallest: TALLEST, ...part});
    // Without dithering, which letters do not need and which makes files larger.
    execFileSync('pngquant', ['--nofs', '--strip', '--force', '--ext', '.png', '64', file]);
    const {size} = statSync(file);
    if (size > MAX_BYTES) throw new Error(`${file} has ${size} bytes, more than ${MAX_BYTES}`);
    taken += 1;
  };
  return visitor;
}

async function setting_up(visitor, person) {
  await visitor.open('/');
  await visitor.sees(visitor.heading('login.title'));
  await visitor.field('login.identifier').fill(person.identifier);
  await visitor.field('password.label').fill(person.password);
  await visitor.take('login');
  await visitor.button('login.submit').click();
  await visitor.sees(visitor.heading('offer.title'));
  await visitor.take('offer', CARD);
  await visitor.button('offer.start').click();
  await visitor.sees(visitor.heading('enrolment.title'));
  await visitor.take('enrolment', CARD);

  await choose_method(visitor, person, 'sms', person.number);
  await visitor.sees(visitor.like('code.lead_sms'));
  await visitor.take('enrolment-sms', CARD);
  await visitor.button('enrolment.other_way').click();
  await choose_method(visitor, person, 'totp');
  await visitor.sees(visitor.heading('app.title'));
  await visitor.take('enrolment-app', CARD);
  const app = await app_by_hand(visitor);
  await enter_code(visitor, await app.code(), 'app.code');
  await shown_recovery_codes(visitor);
  await visitor.take('recovery-codes', CARD);
  await keep_recovery_codes(visitor);
  await is_in(visitor);
  return app;
}

async function logging_in(visitor, person, app) {
  await visitor.end_session();
  await log_in(visitor, person);
  await visitor.sees(visitor.heading('code.title'));
  await visitor.choice('code.remember_12h').check();
  await visitor.take('code-app', CARD);
  await visitor.button('recovery.use').click();
  await visitor.sees(visitor.heading('recovery.title'));
  await visitor.take('recovery-code', CARD);
  await visitor.button('recovery.back_to_code').click();
  await visitor.choice('code.remember_12h').check();
  await enter_code(visitor, await app.code());
  await is_in(visitor);
  const history = visitor.page.getByRole('region', {name: visitor.say('history.title')});
  await visitor.sees(history.getByRole('listitem'));
  await visitor.take('settings');
}

async function by_sms(visitor, person) {
  await log_in(visitor, person);
  await visitor.sees(visitor.like('code.lead_sms'));
  await visitor.take('code-sms', CARD);
}

async function demo_phone(visitor, person) {
  await visitor.open('/demo/phone');
  await visitor.sees(visitor.page.getByText(person.number).first());
  await visitor.field('demo.secret').fill(Authenticator.new(visitor.service).secret);
  await visitor.button('demo.add').click();
  await visitor.sees(visitor.page.getByText(/^\d{3} \d{3}$/));
  await visitor.take('demo-phone');
}

async function help_desk(visitor, person) {
  await enter_as_staff(visitor, ['helpdesk'], {display_name: 'Sam de Wit'});
  await visitor.field('login.identifier').fill(person.identifier);
  await visitor.button('people.find').click();
  await visitor.sees(visitor.heading('reset.title'));
  await visitor.take('help-desk');
}

async function audit(visitor, person) {
  await enter_as_staff(visitor, ['auditor'], {display_name: 'Noor Bakker'});
  await visitor.field('fact.account').fill(person.account);
  await visitor.button('audit.open').click();
  await visitor.sees(visitor.heading('timeline.title'));
  await visitor.take('audit');
}

mkdirSync(folder, {recursive: true});
const service = new Service({
  settings: {
    'organisation.name': 'Zorggroep De Linde',
    'organisation.support': '088 123 45 67',
  },
});
let browser;
try {
  await service.start();
  browser = await launch();
  for (const language of ['nl', 'en']) {
    const narrow = () => photographer(browser, service, {language, size: 'narrow_picture'});
    const wide = () => photographer(browser, service, {language, size: 'wide_picture'});
    const alex = await service.person({language, identifier: `alex.${language}@example.org`, display_name: 'Alex'});
    const kim = await service.person({language, second: 'sms', identifier: `kim.${language}@example.org`});
    const visitor = await narrow();
    await logging_in(visitor, alex, await setting_up(visitor, alex));
    await by_sms(await narrow(), kim);
    await demo_phone(await wide(), kim);
    await help_desk(await wide(), alex);
    await audit(await wide(), alex);
  }
} finally {
  await browser?.close();
  await service.end();
}
console.log(`${taken} pictures in ${folder}`);
