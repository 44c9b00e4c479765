// run.mjs FILE RESULTS: runs one file of tests, prints what happened, and writes how many cases there were as
// GoogleTest does, which is what scripts/count_cases.py reads. A file without a case fails: it would have shown
// nothing.
import {writeFileSync} from 'node:fs';
import {resolve} from 'node:path';
import {run} from 'node:test';
import {pathToFileURL} from 'node:url';

const file = resolve(process.argv[2]);
const cases = {tests: 0, failures: 0, disabled: 0};
let file_failed = false;

// The runner reports the file itself too: always in version 18, later only where it failed or had no case.
const is_file = ({name}) => name === pathToFileURL(file).href || resolve(name) === file;

// It wraps what a test threw; the reader wants what was thrown, and where.
function explain({error}) {
  const thrown = error.cause instanceof Error ? error.cause : error;
  console.log(thrown?.stack ?? thrown);
}

function count(event, failed) {
  if (is_file(event)) {
    file_failed ||= failed;
    if (failed) explain(event.details);
    return;
  }
  const left_out = event.skip !== undefined || event.todo !== undefined;
  cases.tests += 1;
  if (left_out) cases.disabled += 1;
  else if (failed) cases.failures += 1;
  const outcome = left_out ? 'left out' : failed ? 'FAILED' : 'passed';
  console.log(`${outcome}: ${event.name} (${(event.details.duration_ms / 1000).toFixed(1)} s)`);
  if (failed) explain(event.details);
}

for await (const {type, data} of run({files: [file]})) {
  if (type === 'test:pass') count(data, false);
  if (type === 'test:fail') count(data, true);
  if (type === 'test:stdout' || type === 'test:stderr') process.stdout.write(data.message);
}
const shown = cases.tests - cases.disabled;
if (shown === 0) console.log(`${file} has no case, or did not get to it`);
writeFileSync(process.argv[3], JSON.stringify(cases));
process.exitCode = file_failed || cases.failures > 0 || shown === 0 ? 1 : 0;
