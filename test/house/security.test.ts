// Each claim of docs/security.md is proved: each names test files that exist, and each attack is named there.
import test from 'ava';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/program/project-paths.js';

const text = readFileSync(path.join(projectRoot, 'docs/security.md'), 'utf8');
const [claims = ''] = text.slice(text.indexOf('\n## ')).split('\n## What does not hold\n');

test('every claim of docs/security.md names tests that exist', (t) => {
  const items = claims.split(/^- /m).slice(1);
  t.true(items.length > 15, `${items.length} claims`);
  for (const item of items) {
    const proof = /^ {2}Proved by ([^#]+)/m.exec(item)?.[1] ?? '';
    const named = [...proof.matchAll(/`([^`]+)`/g)].map((match) => match[1] as string);
    t.true(named.length > 0, item);
    for (const name of named) {
      t.regex(name, /\.test\.ts$/);
      t.true(existsSync(path.join(projectRoot, 'test', name)), name);
    }
  }
});

test('docs/security.md names every test of test/attacks/', (t) => {
  const attacks = readdirSync(path.join(projectRoot, 'test/attacks')).filter((name) =>
    name.endsWith('.test.ts'),
  );
  t.true(attacks.length > 3, `${attacks.length} attacks`);
  t.deepEqual(
    attacks.filter((name) => !claims.includes(`\`attacks/${name}\``)),
    [],
  );
});
