// Each promise of docs/error-policy.md is proved: each failure in the page names test files that exist.
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/program/project-paths.js';

test('every failure of the error policy names tests that exist', (t) => {
  const whole = readFileSync(path.join(projectRoot, 'docs/error-policy.md'), 'utf8');
  // The table at the end is tried row by row, by a test that its section names.
  const [text = ''] = whole.slice(whole.indexOf('\n## ')).split('\n### ');
  const failures = text.split(/^- /m).slice(1);
  t.true(failures.length > 25, `${failures.length} failures`);
  for (const failure of failures) {
    const proof = /^ {2}Proved by ([^#]+)/m.exec(failure)?.[1] ?? '';
    const named = [...proof.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
    t.true(named.length > 0, failure);
    for (const name of named) {
      t.regex(name, /\.test\.ts$/);
      t.true(existsSync(path.join(projectRoot, 'test', name)), name);
    }
  }
});
