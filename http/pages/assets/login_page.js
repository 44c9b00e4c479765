// The page /: who is logged in goes on to the settings.
import {start_login} from './login.js';
import {prepare_page} from './page.js';

start_login({on_done: () => location.replace('/settings'), prepared: prepare_page()});
