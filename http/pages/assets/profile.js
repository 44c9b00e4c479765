// How the person is called, and in which language we write to them.
import {call, is_logged_out} from './api.js';
import {handle_form, trouble_of} from './form.js';
import {text} from './texts.js';
import {add_notice} from './view.js';

const WORDS = {malformed_request: {key: 'profile.name_malformed', field: 'display_name'}};

/// Shows the name and the language, and changes them.
export function show_profile(section, account, context) {
  const form = section.querySelector('form');
  const {display_name: name, language} = form.elements;
  name.value = account.display_name ?? '';
  language.value = account.language;
  handle_form(form, async (values, key) => {
    const display_name = values.display_name.trim();
    // A name can be another one, and not be none again.
    if (display_name === '' && account.display_name) return {text: text('profile.name_missing'), field: 'display_name'};
    const change = display_name === '' ? {} : {display_name};
    const answer = await call('PATCH', '/v1/account', {...change, language: values.language}, {key});
    if (is_logged_out(answer)) return context.on_logged_out();
    if (!answer.ok) return trouble_of(answer, WORDS);
    const speaks_other = answer.body.language !== account.language;
    account = answer.body;
    if (speaks_other) return context.on_saved('settings.saved');
    name.value = account.display_name ?? '';
    add_notice(section, 'settings.saved');
  });
}
