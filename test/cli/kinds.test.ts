// docs/cli.md explains every word that `kind` may be in JSON, and no other.
import test from 'ava';
import { REPAIR_KINDS } from '../../src/engine/repair/repair-report.js';
import { NOTE_KINDS } from '../../src/engine/run/note-kinds.js';
import { PROBLEM_KINDS } from '../../src/engine/verify/verify-report.js';
import { explainedNames, section, sorted } from './cli-documentation.js';

for (const [heading, kinds] of Object.entries({
  'Kinds of notes': NOTE_KINDS,
  'Kinds of problems': PROBLEM_KINDS,
  'Kinds of repairs': REPAIR_KINDS,
})) {
  test(`${heading} are those that the documentation explains`, (t) => {
    const [, after = ''] = section('Kinds').split(`\n### ${heading}\n`);
    const [text = ''] = after.split('\n### ');
    const explained = explainedNames(text).flatMap((names) => names.split(', '));
    t.deepEqual(sorted(explained), sorted(kinds));
    t.is(explained.length, kinds.length, 'each is explained once');
  });
}
