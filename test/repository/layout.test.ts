// The names of our files: layout.ts recognizes every name that it makes.
import test from 'ava';
import * as layout from '../../src/repository/layout.js';
import {
  type BytePath,
  ROOT,
  baseName,
  parentPath,
  pathFromText,
} from '../../src/system/files/byte-path.js';

/** The paths of all files and folders directly in our folder, by the functions that make them. */
function pathsInDataFolder(): Map<string, BytePath> {
  const paths = new Map<string, BytePath>();
  for (const [name, value] of Object.entries(layout)) {
    if (typeof value !== 'function' || !name.endsWith('Path') || value.length !== 1) continue;
    const path = (value as (repository: BytePath) => unknown)(ROOT);
    if (typeof path !== 'string') continue;
    if (parentPath(path as BytePath) === layout.DATA) paths.set(name, path as BytePath);
  }
  return paths;
}

test('no name that layout.ts makes in our folder is foreign', (t) => {
  const paths = pathsInDataFolder();
  t.true(paths.has('catalogPath') && paths.has('temporaryDumpPath'), [...paths.keys()].join());
  for (const [name, path] of paths) {
    t.not(layout.classifyDataName(baseName(path)), 'foreign', name);
  }
  t.is(layout.classifyDataName(baseName(layout.catalogCopyPath(ROOT, 12))), 'lasting');
  t.is(layout.classifyDataName(baseName(layout.ALSO)), 'lasting');
  for (const name of ['notes.txt', 'catalog.x.zst', 'catalog.012.zst', 'catalog.sqlite3-wal']) {
    t.is(layout.classifyDataName(pathFromText(name)), 'foreign', name);
  }
});

test('the leftovers of a creation are known too', (t) => {
  for (const name of layout.CREATION_NAMES) {
    t.not(layout.classifyDataName(pathFromText(name)), 'foreign', name);
  }
});

test('a staged name must lead into staging', (t) => {
  for (const part of layout.STAGING_PARTS) {
    const path = layout.stagedPath(ROOT, layout.stagedName(part, 3));
    t.is(parentPath(path), layout.stagingPartPath(ROOT, part));
  }
  for (const name of ['new', 'new/0', 'kept/1', 'new/../1', '/new/1', 'old/1/2']) {
    t.throws(() => layout.stagedPath(ROOT, name), { code: 'CORRUPT' }, name);
  }
});
