// Reads the imports of every source file and holds them to the house (docs/house.md): arrows run
// cli → engine → {repository, catalog, delta, rdb, redis, offsite} → system → errors and never back.
import test from 'ava';
import * as fs from 'node:fs';
import * as path from 'node:path';

const SOURCE = path.resolve('src');

/** Which rooms each room may import from, beside itself; `main` and `errors` are files at the top. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  main: ['cli', 'engine', 'system', 'errors'],
  cli: ['engine', 'system', 'errors'],
  engine: ['repository', 'catalog', 'delta', 'rdb', 'redis', 'offsite', 'system', 'errors'],
  repository: ['catalog', 'delta', 'system', 'errors'],
  catalog: ['system', 'errors'],
  delta: ['system', 'errors'],
  redis: ['rdb', 'system', 'errors'],
  rdb: ['system', 'errors'],
  offsite: ['system', 'errors'],
  system: ['errors'],
  errors: [],
};

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
    name: 'only delta/ and rdb/ call wasm',
    pattern: /system\/wasm\.js/,
    only: ['delta/', 'rdb/'],
    why: 'memory laid out by hand stays behind typed functions',
  },
];

interface SourceFile {
  /** Relative to src/, with slashes. */
  readonly name: string;
  readonly text: string;
}

function readSources(): SourceFile[] {
  return fs
    .readdirSync(SOURCE, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: fs.readFileSync(path.join(SOURCE, name), 'utf8') }));
}

function roomOf(name: string): string {
  return name.includes('/')
    ? (name.split('/')[0] as string)
    : path.basename(name).replace(/\.[jt]s$/, '');
}

/** Names below src/ that a file imports, statically or not, for types or values. */
function importsOf({ name, text }: SourceFile): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)];
  return specifiers.map(([, specifier]) =>
    path.normalize(path.join(path.dirname(name), specifier as string)),
  );
}

const sources = readSources();

test('there are sources to read', (t) => {
  t.true(sources.length > 50);
  t.true(sources.some((source) => importsOf(source).length > 0));
});

test('imports run down the house and never back up', (t) => {
  const wrong = sources.flatMap((source) => {
    const room = roomOf(source.name);
    const allowed = MAY_IMPORT[room];
    if (allowed === undefined) return [`${source.name}: '${room}' is no room of the house`];
    return importsOf(source)
      .map(roomOf)
      .filter((imported) => imported !== room && !allowed.includes(imported))
      .map((imported) => `${source.name}: ${room} must not import from ${imported}`);
  });
  t.deepEqual(wrong, []);
});

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

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
}
