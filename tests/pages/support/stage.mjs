// One service and one browser for a file of tests.
import {after, before, test} from 'node:test';

import {launch} from './browser.mjs';
import {Service} from './service.mjs';
import {Visitor} from './visitor.mjs';

const STORY_MS = 240_000; // the longest waits for an authenticator's next code twice

/**
 * Gives {service, story}: `story(name, how, tell)` is a test with a visitor.
 * @param options of the Service; `prepare(service)` does what every story of the file needs
 */
export function stage({prepare, ...options} = {}) {
  const service = new Service(options);
  let browser;
  before(async () => {
    await service.start();
    await prepare?.(service);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await service.end();
  });

  function story(name, how, tell) {
    const told = how.language ? `${name} (${how.language}, ${how.size ?? 'desktop'})` : name;
    test(told, {timeout: STORY_MS}, async () => {
      const visitor = await Visitor.arrive(browser, service, how);
      // Who comes with another browser or device.
      const others = [];
      visitor.another = async (other_how) => {
        others.push(await Visitor.arrive(browser, service, {...how, ...other_how}));
        return others.at(-1);
      };
      const everybody = () => [visitor, ...others];
      try {
        await tell(visitor);
        for (const one of everybody()) one.check();
      } catch (error) {
        const no_evidence = (trouble) => console.log(`no evidence: ${trouble.message}`);
        for (const one of everybody()) await one.keep_evidence(told).catch(no_evidence);
        throw error;
      } finally {
        for (const one of everybody()) await one.leave();
      }
    });
  }
  return {service, story};
}
