// Debian's chromium, without a window.
import {chromium} from './packages.mjs';

const program = '/usr/bin/chromium';

export const sizes = {
  desktop: {viewport: {width: 1280, height: 800}},
  phone: {viewport: {width: 360, height: 740}, isMobile: true, hasTouch: true},
  // Of pictures in documents, which are printed too.
  narrow_picture: {viewport: {width: 400, height: 300}, deviceScaleFactor: 1.5},
  wide_picture: {viewport: {width: 1000, height: 300}, deviceScaleFactor: 1.25},
};

/** How people come: each size in each language. */
export const EVERY_WAY = ['nl', 'en'].flatMap((language) => ['desktop', 'phone'].map((size) => ({language, size})));

export async function launch() {
  const options = {executablePath: program, args: ['--disable-dev-shm-usage']};
  // Chromium refuses to run as root in its sandbox, and some containers do not let it make one. All it opens here is
  // our own pages.
  if (process.getuid() !== 0) {
    try {
      return await chromium.launch({...options, chromiumSandbox: true});
    } catch (error) {
      console.log(`no sandbox for chromium: ${error.message.split('\n')[0]}`);
    }
  }
  return chromium.launch({...options, chromiumSandbox: false});
}
