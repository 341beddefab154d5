// docs/house.md is true: it names every folder of src/ and wasm/ and no other, its walks go through functions
// that exist, and the files that CONTRIBUTING.md and fixtures/README.md name exist too.
import test from 'ava';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../support/program/project-paths.js';

const map = read('docs/house.md');

/** What deepEqual compares where order does not matter. */
function sorted(names: readonly (string | undefined)[]): string[] {
  return names.map(String).toSorted((a, b) => (a < b ? -1 : 1));
}

function read(name: string): string {
  return readFileSync(path.join(projectRoot, name), 'utf8');
}

/**
 * The folder and all folders below it that hold a file, relative to the project, each with a slash at its
 * end. An empty folder is what git leaves of a room that has moved.
 */
function foldersOf(top: string): string[] {
  const below = readdirSync(path.join(projectRoot, top), { recursive: true, encoding: 'utf8' });
  const files = below
    .map((name) => `${top}/${name}`)
    .filter((name) => statSync(path.join(projectRoot, name)).isFile());
  const folders = new Set([`${top}/`]);
  for (const file of files) {
    for (let end = file.indexOf('/'); end !== -1; end = file.indexOf('/', end + 1)) {
      folders.add(file.slice(0, end + 1));
    }
  }
  return [...folders];
}

/** Everything in backticks that looks like a folder or a file of the project. */
function pathsIn(text: string): string[] {
  return [...text.matchAll(/`((?:src|wasm|test|docs|fixtures)\/[\w./-]*)`/g)].map(
    (match) => match[1] as string,
  );
}

for (const top of ['src', 'wasm']) {
  test(`the map has a line for every folder of ${top}/`, (t) => {
    const lines = [...map.matchAll(/^- `([\w/-]+\/)`: /gm)].map((match) => match[1]);
    const named = lines.filter((name) => name?.startsWith(`${top}/`));
    t.deepEqual(sorted(named), sorted(foldersOf(top)));
  });
}

test('every folder of test/ is on the map, or has the tests of a folder of src/ that is', (t) => {
  const named = new Set(pathsIn(map));
  const unknown = foldersOf('test').filter((name) => {
    return !named.has(name) && !named.has(name.replace(/^test/, 'src'));
  });
  t.deepEqual(unknown, []);
});

for (const document of ['docs/house.md', 'CONTRIBUTING.md', 'fixtures/README.md']) {
  test(`${document} names no file and no folder that does not exist`, (t) => {
    const named = pathsIn(read(document));
    t.true(named.length > 3, `${named.length} names`);
    t.deepEqual(
      named.filter((name) => !existsSync(path.join(projectRoot, name))),
      [],
    );
  });
}

for (const title of ["a backup's SOURCE", "a restore's DEST"]) {
  test(`the way of ${title} has under fifteen steps, each at a function that exists`, (t) => {
    const [, section = ''] = map.split(`\n## The way of ${title}\n`);
    const [walk = ''] = section.split('\n## ');
    const steps = [...walk.matchAll(/^\d+\. (.*)/gm)].map((match) => match[1] as string);
    t.true(steps.length > 0 && steps.length < 15, `${steps.length} steps`);
    for (const step of steps) {
      const [, file = '', name = ''] = /^`([\w./-]+)` `(\w+)`: .*`/.exec(step) ?? [];
      t.true(file.startsWith('src/'), step);
      const definition = new RegExp(
        `(?:^(?:export )?(?:async )?function |^  (?:static )?(?:async )?)${name}[(<]`,
        'm',
      );
      t.regex(read(file), definition, step);
    }
  });
}

test('no line of a document is wider than 160 columns', (t) => {
  const documents = readdirSync(path.join(projectRoot, 'docs'), {
    recursive: true,
    encoding: 'utf8',
  })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`);
  for (const name of [
    ...documents,
    'README.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'fixtures/README.md',
  ]) {
    const wide = read(name)
      .split('\n')
      .filter((line) => line.length > 160);
    t.deepEqual(wide, [], name);
  }
});
