// docs/error-policy.md promises nothing that no test proves: each line of its tables names tests that
// there are, and that one of the two runs of package.json takes in.
import test from 'ava';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/program/project-paths.js';

test('every line of the error policy names tests that there are', (t) => {
  const whole = readFileSync(path.join(projectRoot, 'docs/error-policy.md'), 'utf8');
  // The last table is tried line by line, by a test that its section names.
  const [text = ''] = whole.split('\n### ');
  const rows = text.split('\n').filter((line) => /^\| (?!failure|-)/.test(line));
  t.true(rows.length > 25, `${rows.length} lines`);
  for (const row of rows) {
    const proof = row.split('|').at(-2) ?? '';
    const named = [...proof.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
    t.true(named.length > 0, row);
    for (const name of named) {
      t.regex(name, /\.test\.ts$/);
      t.true(existsSync(path.join(projectRoot, 'test', name)), name);
    }
  }
});
