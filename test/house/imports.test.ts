// Who may import whom (docs/house.md): arrows run cli → engine → {repository, catalog, delta,
// persistence, redis, offsite} → system → errors and never back up, and use cases stay apart.
import test from 'ava';
import * as path from 'node:path';
import { importsOf, readSources } from './sources.js';

/** Which rooms each room may import from, beside itself; `main` and `errors` are files at the top. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  main: ['cli', 'engine', 'system', 'errors'],
  cli: ['engine', 'system', 'errors'],
  engine: ['repository', 'catalog', 'delta', 'persistence', 'redis', 'offsite', 'system', 'errors'],
  repository: ['catalog', 'delta', 'system', 'errors'],
  catalog: ['system', 'errors'],
  delta: ['system', 'errors'],
  redis: ['persistence', 'system', 'errors'],
  persistence: ['system', 'errors'],
  offsite: ['system', 'errors'],
  system: ['errors'],
  errors: [],
};

/** The folders of engine/ that use cases share. They import no use case. */
const SHARED_BY_USE_CASES = ['run', 'snapshot', 'source', 'server', 'archive', 'keep'];

/** The use cases of engine/, a folder each, with the other use cases that each may import. */
const USE_CASES: Record<string, readonly string[]> = {
  backup: [],
  restore: [],
  verify: [],
  recover: ['backup', 'restore'],
  repair: ['verify'],
  watch: ['backup'],
  retention: [],
  export: [],
  remote: [],
  automation: ['backup', 'retention', 'export', 'verify'],
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

/** An import that is still there once the code is compiled, as `import type` is not. */
const VALUE_IMPORT_OF_CATALOG =
  /^(?:import|export)\s(?!type\b)[^;]*?['"][^'"]*\/catalog\/[^'"]*['"]|\bawait import\(\s*['"][^'"]*\/catalog\//gm;

/** The folder of engine/ that a file is in; null for a file of another room. */
function engineFolder(name: string): string | null {
  return /^engine\/([^/]+)\//.exec(name)?.[1] ?? null;
}

function roomOf(name: string): string {
  return name.includes('/')
    ? (name.split('/')[0] as string)
    : path.basename(name).replace(/\.[jt]s$/, '');
}

const sources = readSources('src');

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

test('engine/ imports only types of the catalog', (t) => {
  const wrong = sources
    .filter(({ name }) => name.startsWith('engine/'))
    .flatMap(({ name, text }) =>
      (text.match(VALUE_IMPORT_OF_CATALOG) ?? []).map((found) => `${name}: ${found}`),
    );
  t.deepEqual(wrong, []);
});
