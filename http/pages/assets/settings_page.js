// The page /settings: who is not logged in goes to log in.
import {prepare_page} from './page.js';
import {start_settings} from './settings.js';

await prepare_page();
await start_settings({on_no_session: () => location.replace('/')});
