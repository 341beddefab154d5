// Reads the imports of every source file and holds them to the house (docs/house.md): arrows run
// cli → engine → {repository, catalog, delta, persistence, redis} → system → errors, and never back up.
import test from 'ava';
import * as fs from 'node:fs';
import * as path from 'node:path';

const SOURCE = path.resolve('src');

/** Which rooms each room may import from, beside itself; `main` and `errors` are files at the top. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  main: ['cli', 'engine', 'system', 'errors'],
  cli: ['engine', 'system', 'errors'],
  engine: ['repository', 'catalog', 'delta', 'persistence', 'redis', 'system', 'errors'],
  repository: ['catalog', 'delta', 'system', 'errors'],
  catalog: ['system', 'errors'],
  delta: ['system', 'errors'],
  redis: ['persistence', 'system', 'errors'],
  persistence: ['system', 'errors'],
  system: ['errors'],
  errors: [],
};

/** The folders of engine/ that use cases share. They import no use case. */
const SHARED_BY_USE_CASES = ['run', 'snapshot', 'source', 'server'];

/** The use cases of engine/, a folder each, with the other use cases that each may import. */
const USE_CASES: Record<string, readonly string[]> = {
  backup: [],
  restore: [],
  verify: [],
  repair: ['verify'],
  watch: ['backup'],
  inspect: [],
};

interface ImportRule {
  readonly name: string;
  /** Files below src/ that the rule is about. */
  readonly of: RegExp;
  /** What they must not import: names below src/. */
  readonly never: RegExp;
  readonly why: string;
}

const IMPORT_RULES: readonly ImportRule[] = [
  {
    name: 'engine/ asks the repository, and touches no catalog',
    of: /^engine\//,
    never:
      /^catalog\/(?!records\.[jt]s$)|^repository\/(local-repository|questions\/catalog-answers)\./,
    why: 'a repository may one day be on another host: it answers named questions with plain values (decision 0010)',
  },
];

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

interface SourceFile {
  /** Relative to src/, with slashes. */
  readonly name: string;
  readonly text: string;
}

function readSources(top: string): SourceFile[] {
  return fs
    .readdirSync(top, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ name, text: fs.readFileSync(path.join(top, name), 'utf8') }));
}

/** The folder of engine/ that a file is in; null for a file of another room. */
function engineFolder(name: string): string | null {
  return /^engine\/([^/]+)\//.exec(name)?.[1] ?? null;
}

/** Each circle once, as `a.ts -> b.ts -> a.ts`. */
function findCircles(files: readonly SourceFile[]): string[] {
  const names = new Map(files.map(({ name }) => [name.replace(/\.ts$/, ''), name]));
  const imports = new Map(
    files.map((file) => [
      file.name,
      importsOf(file).flatMap((imported) => names.get(imported.replace(/\.[jt]s$/, '')) ?? []),
    ]),
  );
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name);
    if (start !== -1) {
      circles.push([...way.slice(start), name].join(' -> '));
      return;
    }
    if (done.has(name)) return;
    for (const imported of imports.get(name) ?? []) visit(imported, [...way, name]);
    done.add(name);
  };
  for (const { name } of files) visit(name, []);
  return circles;
}

/** Each folder as one file, which imports the folders of the files that its own files import. */
function foldersAsFiles(files: readonly SourceFile[]): SourceFile[] {
  const inFolders = files.filter(({ name }) => name.includes('/'));
  return [...new Set(inFolders.map(({ name }) => path.dirname(name)))].map((folder) => {
    const imported = inFolders
      .filter(({ name }) => path.dirname(name) === folder)
      .flatMap(importsOf)
      .map((name) => path.dirname(name))
      .filter((other) => other !== folder);
    return { name: folder, text: imported.map((other) => `import './${other}';`).join('\n') };
  });
}

function roomOf(name: string): string {
  return name.includes('/')
    ? (name.split('/')[0] as string)
    : path.basename(name).replace(/\.[jt]s$/, '');
}

/** Names below src/ that a file imports, statically or not, for types or values. */
function importsOf({ name, text }: SourceFile): string[] {
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*['"](\.[^'"]+)['"]/g)];
  return specifiers.map(([, specifier]) =>
    path.normalize(path.join(path.dirname(name), specifier as string)),
  );
}

const sources = readSources(SOURCE);

test('there are sources to read', (t) => {
  t.true(sources.length > 50, String(sources.length));
  t.not(sources.flatMap((source) => importsOf(source)).length, 0);
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

test('every folder of engine/ is a use case or shared by use cases', (t) => {
  const folders = new Set(sources.flatMap(({ name }) => engineFolder(name) ?? []));
  t.deepEqual(
    [...folders].toSorted(),
    [...SHARED_BY_USE_CASES, ...Object.keys(USE_CASES)].toSorted(),
  );
});

test('a use case imports another one only where the house says so', (t) => {
  const wrong = sources.flatMap((source) => {
    const folder = engineFolder(source.name);
    if (folder === null) return [];
    return importsOf(source)
      .flatMap((imported) => engineFolder(imported) ?? [])
      .filter((imported) => imported in USE_CASES && imported !== folder)
      .filter((imported) => !USE_CASES[folder]?.includes(imported))
      .map((imported) => `${source.name}: engine/${folder} must not import engine/${imported}`);
  });
  t.deepEqual(wrong, []);
});

for (const rule of IMPORT_RULES) {
  test(rule.name, (t) => {
    const wrong = sources
      .filter(({ name }) => rule.of.test(name))
      .flatMap((source) =>
        importsOf(source)
          .filter((imported) => rule.never.test(imported))
          .map((imported) => `${source.name} imports ${imported}: ${rule.why}`),
      );
    t.deepEqual(wrong, []);
  });
}

for (const [house, files] of [
  ['src', sources],
  ['wasm', readSources(path.resolve('wasm'))],
] as const) {
  test(`no files of ${house}/ import each other in a circle`, (t) => {
    t.deepEqual(findCircles(files), []);
  });
}

for (const room of ['wasm', 'src/persistence']) {
  test(`no folders of ${room}/ import each other in a circle`, (t) => {
    t.deepEqual(findCircles(foldersAsFiles(readSources(path.resolve(room)))), []);
  });
}

test('a circle of folders is found', (t) => {
  const folders = foldersAsFiles([
    { name: 'a/one.ts', text: "import '../b/one.js';" },
    { name: 'b/one.ts', text: "import './two.js';" },
    { name: 'b/two.ts', text: "import '../a/two.js';" },
    { name: 'a/two.ts', text: '' },
  ]);
  t.deepEqual(findCircles(folders), ['a -> b -> a']);
});

test('a circle of imports is found', (t) => {
  const circle = findCircles([
    { name: 'a.ts', text: "import { b } from './folder/b.js';" },
    { name: 'folder/b.ts', text: "import { c } from '../c';\nimport { d } from './d.js';" },
    { name: 'folder/d.ts', text: '' },
    { name: 'c.ts', text: "import type { a } from './a.js';" },
  ]);
  t.deepEqual(circle, ['a.ts -> folder/b.ts -> c.ts -> a.ts']);
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
