// The demo's phone: with it the demo is played through without a phone.
import assert from 'node:assert/strict';

import {EVERY_WAY} from './support/browser.mjs';
import {stage} from './support/stage.mjs';
import {choose_method, enter_code, is_in, keep_recovery_codes, log_in} from './support/steps.mjs';

const {story} = stage();

for (const way of EVERY_WAY) {
  story('messages arrive while one looks', way, async (visitor) => {
    await visitor.open('/demo/phone');
    await visitor.sees(visitor.text('demo.title'));
    await visitor.look('phone');
    const person = await visitor.person({second: 'sms'});
    const browser = await visitor.another();
    await log_in(browser, person);
    const message = visitor.page.getByRole('listitem').filter({hasText: person.number});
    await message.waitFor();
    await visitor.look('phone-message');
    const [code] = (await message.innerText()).match(/\b\d{6}\b/);
    await enter_code(browser, code);
    await is_in(browser);
  });

  story('the authenticator shows codes for a key that one hands it', way, async (visitor) => {
    const person = await visitor.person();
    await log_in(visitor, person);
    await visitor.button('offer.start').click();
    await choose_method(visitor, person, 'totp');
    await visitor.text('app.by_hand').click();
    await visitor.button('app.copy').click();
    await visitor.sees(visitor.text('copy.done'));
    const setting_up = visitor.page;
    visitor.page = await visitor.open_tab();
    await visitor.open('/demo/phone');
    await visitor.field('demo.secret').focus();
    await visitor.page.keyboard.press('Control+V');
    await visitor.button('demo.add').click();
    const shown = visitor.page.getByText(/^\d{3} \d{3}$/);
    await visitor.sees(shown);
    await visitor.look('phone-authenticator');
    const code = await shown.innerText();
    visitor.page = setting_up;
    await visitor.page.bringToFront();
    await enter_code(visitor, code, 'app.code');
    await keep_recovery_codes(visitor);
    await is_in(visitor);
  });
}

story('a key that is none is said at its field', {language: 'nl'}, async (visitor) => {
  await visitor.open('/demo/phone');
  await visitor.field('demo.secret').fill('0189');
  await visitor.button('demo.add').click();
  await visitor.sees(visitor.text('demo.secret_malformed'));
  assert.equal(await visitor.field('demo.secret').inputValue(), '0189');
  await visitor.look('phone-key-malformed');
});
