// What keeps people out of a page, as far as a program can see it: axe-core's rules for WCAG 2.2 AA and its best
// practices, in light and dark, and that nothing has to be scrolled sideways, also at 320 px, which is 400 % zoom of a
// wide window (WCAG 2.2, 1.4.10).
import {axe_source} from './packages.mjs';

const rules = {
  runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
  rules: {'target-size': {enabled: true}},
  resultTypes: ['violations'],
};
const narrow = 320;

// axe-core is not the page's own script, and its Content-Security-Policy would refuse it: it runs in a world of its own
// that sees the same document.
async function axe(page) {
  const session = await page.context().newCDPSession(page);
  try {
    const {frameTree} = await session.send('Page.getFrameTree');
    const world = {frameId: frameTree.frame.id, worldName: 'axe'};
    const {executionContextId} = await session.send('Page.createIsolatedWorld', world);
    const evaluate = async (expression) => {
      const {result, exceptionDetails} = await session.send('Runtime.evaluate', {
        expression, contextId: executionContextId, awaitPromise: true, returnByValue: true,
      });
      if (!exceptionDetails) return result.value;
      throw new Error(`axe-core: ${exceptionDetails.exception?.description ?? exceptionDetails.text}`);
    };
    await evaluate(`${axe_source}; undefined`);
    const {violations} = await evaluate(`axe.run(document, ${JSON.stringify(rules)})`);
    const tell = (id, help, {html, failureSummary}) =>
      `${id}: ${help}\n    ${html}\n    ${failureSummary.replaceAll('\n', ' ')}`;
    return violations.flatMap(({id, help, nodes}) => nodes.map((node) => tell(id, help, node)));
  } finally {
    await session.detach();
  }
}

async function sideways(page) {
  return page.evaluate(() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.scrollWidth > width || element.getBoundingClientRect().right > width + 1,
    );
    const tags = wide.map((element) => element.outerHTML.slice(0, 80));
    return [`at ${width} px it has to be scrolled sideways: ${tags.join(' | ')}`];
  });
}

/** A sentence for each barrier of what the page shows now. */
export async function barriers(page) {
  const found = await axe(page);
  await page.emulateMedia({colorScheme: 'dark'});
  found.push(...(await axe(page)).map((barrier) => `dark: ${barrier}`));
  await page.emulateMedia({colorScheme: 'light'});
  found.push(...(await sideways(page)));
  const size = page.viewportSize();
  await page.setViewportSize({width: narrow, height: size.height});
  found.push(...(await sideways(page)));
  await page.setViewportSize(size);
  return found;
}
