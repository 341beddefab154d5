// Rules on the text of source files: what only one room may do, such as reading the clock or writing
// SQL, and what every file has.
import test from 'ava';
import { readSources, withoutComments } from './sources.js';

interface Rule {
  readonly name: string;
  /** What must not stand in the text of a file … */
  readonly pattern: RegExp;
  /** … unless the file is one of these (a room or a file below src/). */
  readonly only: readonly string[];
  readonly why: string;
}

const RULES: readonly Rule[] = [
  {
    name: 'only cli/ writes to stdout and stderr',
    pattern: /process\.(stdout|stderr)|console\./,
    only: ['cli/', 'main.ts'],
    why: 'everything else answers with values, so that cron stays silent and --json stays alone',
  },
  {
    name: 'only main.ts sets the exit code',
    pattern: /process\.(exitCode|exit\b)/,
    only: ['main.ts'],
    why: 'the exit code follows from the error or the report, in one place',
  },
  {
    name: 'only system/ reads the clock',
    pattern: /Date\.now|new Date\(\)|performance\.now|process\.hrtime/,
    only: ['system/'],
    why: 'tests hold the clock still',
  },
  {
    name: 'only system/ starts processes',
    pattern: /node:child_process/,
    only: ['system/'],
    why: 'no secret may reach an argument list unseen',
  },
  {
    name: 'only system/ touches files',
    pattern: /from 'node:fs/,
    only: ['system/'],
    why: 'crash tests put another file system in its place',
  },
  {
    name: 'only catalog/ has SQL',
    pattern:
      /from 'better-sqlite3'|\b(INSERT INTO|DELETE FROM|UPDATE \w+ SET|SELECT [\s\S]{1,200}? FROM)\b/,
    only: ['catalog/', 'repository/readme-text.ts'],
    why: 'the format of the catalog is described and changed in one room',
  },
  {
    name: 'only system/ loads wasm',
    pattern: /WebAssembly\.(compile|instantiate|Module|Instance)/,
    only: ['system/'],
    why: 'there is one loader',
  },
  {
    name: 'only delta/ and persistence/ call wasm',
    pattern: /system\/wasm\//,
    only: ['delta/', 'persistence/'],
    why: 'memory laid out by hand stays behind typed functions',
  },
];

const sources = readSources('src');

for (const rule of RULES) {
  test(rule.name, (t) => {
    const wrong = sources
      .filter(({ name }) => !rule.only.some((place) => name === place || name.startsWith(place)))
      .filter(({ text }) => rule.pattern.test(withoutComments(text)))
      .map(({ name }) => `${name}: ${rule.name}, because ${rule.why}`);
    t.deepEqual(wrong, []);
  });
}

test('files say what they own before anything else, and stay small', (t) => {
  const wrong = sources.flatMap(({ name, text }) => {
    const lines = text.split('\n');
    const first = lines[0]?.startsWith('#!') ? lines[1] : lines[0];
    return [
      ...(first?.startsWith('//') ? [] : [`${name}: no comment at its top`]),
      ...(lines.length > 400 ? [`${name}: ${lines.length} lines`] : []),
    ];
  });
  t.deepEqual(wrong, []);
});

test('no file imports through a barrel', (t) => {
  const barrels = sources.map(({ name }) => name).filter((name) => /(^|\/)index\.ts$/.test(name));
  t.deepEqual(barrels, []);
});
