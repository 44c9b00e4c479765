// Logging out: here, and everywhere.
import {call} from './api.js';
import {confirmed} from './dialog.js';
import {on_command} from './section.js';
import {part} from './view.js';

/// Readies the buttons of the settings. `on_logged_out()` is called when the session is over.
export function offer_logout(view, {on_logged_out}) {
  const section = part(view, 'logout_everywhere');
  const context = {on_logged_out};
  const here = () => call('DELETE', '/v1/session');
  on_command(section, part(view, 'logout'), context, here, on_logged_out);
  on_command(section, part(section, 'everywhere'), context, everywhere, on_logged_out);
}

async function everywhere() {
  const words = {title: 'logout.everywhere_title', about: 'logout.everywhere_about', action: 'logout.everywhere'};
  return (await confirmed(words)) ? call('DELETE', '/v1/sessions') : undefined;
}
