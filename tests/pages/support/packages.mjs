// The packages of package-lock.json, which scripts/pages/packages.sh puts into build/pages/.
import {readFileSync} from 'node:fs';
import {createRequire} from 'node:module';

const require = createRequire(new URL('../../../build/pages/package.json', import.meta.url));

export const {chromium, errors} = require('playwright-core');

/** The source of axe-core, to be run inside a page. */
export const axe_source = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
