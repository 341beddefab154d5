// No files import each other in a circle, and no folders that are siblings. So each file and each folder can be
// understood without what uses it. A folder and its own subfolders are one room: they may import each other.
import test from 'ava';
import { type SourceFile, importsOf, readSources } from './sources.js';

/** What imports what. */
type Arrows = ReadonlyMap<string, readonly string[]>;

/** The circles of the arrows, as `a -> b -> a`. */
function findCircles(arrows: Arrows): string[] {
  const circles: string[] = [];
  const done = new Set<string>();
  const visit = (name: string, way: readonly string[]): void => {
    const start = way.indexOf(name);
    if (start !== -1) {
      circles.push([...way.slice(start), name].join(' -> '));
      return;
    }
    if (done.has(name)) return;
    for (const imported of arrows.get(name) ?? []) visit(imported, [...way, name]);
    done.add(name);
  };
  for (const name of arrows.keys()) visit(name, []);
  return circles;
}

function arrowsOfFiles(files: readonly SourceFile[]): Arrows {
  const names = new Map(files.map(({ name }) => [name.replace(/\.ts$/, ''), name]));
  return new Map(
    files.map((file) => [
      file.name,
      importsOf(file).flatMap((imported) => names.get(imported.replace(/\.[jt]s$/, '')) ?? []),
    ]),
  );
}

/** Arrows between siblings. A folder stands for everything below it. */
function arrowsOfFolders(files: readonly SourceFile[]): Arrows {
  const arrows = new Map<string, string[]>();
  for (const file of files) {
    for (const imported of importsOf(file)) {
      const [from, to] = siblingsAbove(file.name, imported) ?? [];
      if (from === undefined || to === undefined) continue;
      arrows.set(from, [...(arrows.get(from) ?? []), to]);
    }
  }
  return arrows;
}

/** The two folders of one room that two files are in; null if one file is in a folder above the other. */
function siblingsAbove(one: string, other: string): [string, string] | null {
  const [ones, others] = [one.split('/'), other.split('/')];
  const shared = ones.findIndex((part, index) => part !== others[index]);
  if (shared === -1 || shared >= ones.length - 1 || shared >= others.length - 1) return null;
  return [ones.slice(0, shared + 1).join('/'), others.slice(0, shared + 1).join('/')];
}

for (const house of ['src', 'wasm', 'test']) {
  const files = readSources(house);

  test(`no files of ${house}/ import each other in a circle`, (t) => {
    t.deepEqual(findCircles(arrowsOfFiles(files)), []);
  });

  test(`no sibling folders of ${house}/ import each other in a circle`, (t) => {
    t.deepEqual(findCircles(arrowsOfFolders(files)), []);
  });
}

test('a circle of folders is found, at any depth', (t) => {
  const arrows = arrowsOfFolders([
    { name: 'room/a/one.ts', text: "import '../b/one.js';" },
    { name: 'room/b/one.ts', text: "import './deep/two.js';" },
    { name: 'room/b/deep/two.ts', text: "import '../../c/two.js';" },
    { name: 'room/c/two.ts', text: "import '../a/two.js';" },
    { name: 'room/a/two.ts', text: '' },
  ]);
  t.deepEqual(findCircles(arrows), ['room/a -> room/b -> room/c -> room/a']);
});

test('a folder and its subfolders may import each other', (t) => {
  const arrows = arrowsOfFolders([
    { name: 'room/one.ts', text: "import './a/two.js';" },
    { name: 'room/a/two.ts', text: "import '../one.js';" },
  ]);
  t.deepEqual(findCircles(arrows), []);
});

test('a circle of imports is found', (t) => {
  const arrows = arrowsOfFiles([
    { name: 'a.ts', text: "import { b } from './folder/b.js';" },
    { name: 'folder/b.ts', text: "import { c } from '../c';\nimport { d } from './d.js';" },
    { name: 'folder/d.ts', text: '' },
    { name: 'c.ts', text: "import type { a } from './a.js';" },
  ]);
  t.deepEqual(findCircles(arrows), ['a.ts -> folder/b.ts -> c.ts -> a.ts']);
});
