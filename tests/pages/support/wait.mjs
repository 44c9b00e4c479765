// For what another process does in its own time and has no signal for: looked at until it is so, with an end.
import {setTimeout as pause} from 'node:timers/promises';

/** The first truthy answer of `look`; throws after so many seconds, naming what was waited for. */
export async function until(what, look, seconds = 30) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited ${seconds} s for ${what}`);
    await pause(50);
  }
}
