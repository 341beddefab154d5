// docs/cli.md is complete: options, exit codes, codes of errors, options of rdiff-backup.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'ava';
import { COMMANDS } from '../../src/cli/command-table.js';
import { OPTION_SPECS } from '../../src/cli/options/option-table.js';
import { ACCEPTED_OPTIONS, VERBOSITY_OPTIONS } from '../../src/cli/options/rdiff-backup-options.js';
import { EXIT } from '../../src/errors.js';
import { projectRoot } from '../support/program/project-paths.js';
import { explainedNames, section, sorted } from './cli-documentation.js';

for (const command of COMMANDS) {
  test(`the options of ${command.name} are documented, and no others`, (t) => {
    const documented = [
      ...explainedNames(section(command.name))
        .join(', ')
        .matchAll(/--([a-z][a-z-]*)/g),
    ];
    const own = OPTION_SPECS.filter((option) => option.commands?.includes(command.name) === true);
    t.deepEqual(
      sorted(documented.map((match) => match[1])),
      sorted(own.map((option) => option.name)),
    );
  });
}

test('the options of every command are documented', (t) => {
  const documented = [
    ...explainedNames(section('Every command'))
      .join(', ')
      .matchAll(/--([a-z][a-z-]*)/g),
  ];
  const common = OPTION_SPECS.filter((option) => option.commands === undefined);
  t.deepEqual(
    sorted(documented.map((match) => match[1])),
    sorted(common.map((option) => option.name)),
  );
});

test('the accepted options of rdiff-backup are documented, and no others', (t) => {
  const named = [
    ...explainedNames(section('Written for rdiff-backup'))
      .join(', ')
      .matchAll(/--([a-z][a-z-]*)/g),
  ].map((match) => match[1] as string);
  const own = OPTION_SPECS.flatMap((option) => [option.name, ...(option.aliases ?? [])]);
  const meaningful = new Set([...own, ...VERBOSITY_OPTIONS, 'backup-mode', 'print-statistics']);
  t.deepEqual(
    sorted(named.filter((name) => !meaningful.has(name))),
    sorted(ACCEPTED_OPTIONS.keys()),
  );
});

test('exit codes are documented as errors.ts has them', (t) => {
  const documented = explainedNames(section('Exit codes')).filter((cell) => /^\d+$/.test(cell));
  t.deepEqual(documented.map(Number), Object.values(EXIT));
});

test('the codes of errors are documented as errors.ts has them', (t) => {
  const source = readFileSync(path.join(projectRoot, 'src/errors.ts'), 'utf8');
  const codes = [...source.matchAll(/readonly code = '([A-Z_]+)'/g)].map((match) => match[1]);
  const documented = explainedNames(section('Errors')).filter((cell) => /^[A-Z_]+$/.test(cell));
  t.deepEqual(sorted(documented), sorted([...codes, 'INTERNAL']));
});
