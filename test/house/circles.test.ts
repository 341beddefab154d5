// No files import each other in a circle, and in some rooms no folders either: each file and each of
// those folders can be understood without the ones that use it.
import test from 'ava';
import * as path from 'node:path';
import { type SourceFile, importsOf, readSources } from './sources.js';

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

for (const [house, files] of [
  ['src', readSources('src')],
  ['wasm', readSources('wasm')],
] as const) {
  test(`no files of ${house}/ import each other in a circle`, (t) => {
    t.deepEqual(findCircles(files), []);
  });
}

for (const room of ['wasm', 'src/persistence']) {
  test(`no folders of ${room}/ import each other in a circle`, (t) => {
    t.deepEqual(findCircles(foldersAsFiles(readSources(room))), []);
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
