import test from 'ava';
import type { EntryType } from '../../../src/catalog/records.js';
import {
  type MirrorEntry,
  planOwedOperations,
} from '../../../src/repository/commit/plan-owed-operations.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

const TYPES: Record<string, EntryType> = { d: 'directory', f: 'file', l: 'symlink' };

/** Entries from words such as `d:folder f:folder/file`. The root is added. */
function entries(words: string): MirrorEntry[] {
  const named = words.split(' ').filter((word) => word !== '');
  const root: MirrorEntry = { path: pathFromText(''), type: 'directory' };
  return [
    root,
    ...named.map((word): MirrorEntry => {
      const [type = '', name = ''] = word.split(':');
      return { path: pathFromText(name), type: TYPES[type] ?? 'file' };
    }),
  ];
}

/** The owed operations as text, one line each. A sync is `-`. */
function plan(before: string, after: string, staged: string, touched = ''): string[] {
  const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
  return planOwedOperations({
    before: entries(before),
    after: entries(after),
    staged: new Map(words(staged).map((name, index) => [pathFromText(name), `new/${index + 1}`])),
    touched: new Set(words(touched).map((name) => pathFromText(name))),
  }).map(({ kind, path: name, staged: place }) => {
    if (kind === 'sync') return '-';
    return place === null ? `${kind} ${name}` : `${kind} ${name} ${place}`;
  });
}

test('nothing is owed where nothing changes', (t) => {
  t.deepEqual(plan('d:a f:a/b l:c', 'd:a f:a/b l:c', ''), []);
});

test('a new or changed file is placed, and the metadata of its folder is set again', (t) => {
  t.deepEqual(plan('d:a f:a/b', 'd:a f:a/b f:c', 'a/b c'), [
    'place a/b new/1',
    'place c new/2',
    '-',
    'set-metadata a',
    '-',
  ]);
});

test('an AOF manifest is placed after the files that it names, and deletions follow the manifest', (t) => {
  const before = 'd:aof f:aof/x.1.base.rdb f:aof/x.manifest';
  const after = 'd:aof f:aof/x.2.base.rdb f:aof/x.manifest';
  t.deepEqual(plan(before, after, 'aof/x.manifest aof/x.2.base.rdb'), [
    'place aof/x.2.base.rdb new/2',
    '-',
    'place aof/x.manifest new/1',
    '-',
    'retire aof/x.1.base.rdb old/1',
    '-',
    'set-metadata aof',
    '-',
  ]);
});

test('an entry that a folder replaces, and a folder that is replaced, are moved away first', (t) => {
  const before = 'f:a d:b f:b/c l:d';
  const after = 'd:a f:a/x l:b d:d';
  t.deepEqual(plan(before, after, 'a/x b'), [
    'retire a old/1',
    'retire b old/2',
    'retire d old/3',
    '-',
    'make-directory a',
    'make-directory d',
    '-',
    'place a/x new/1',
    'place b new/2',
    '-',
    'set-metadata d',
    'set-metadata a',
    '-',
  ]);
});

test('a file and a link replace each other by one rename', (t) => {
  t.deepEqual(plan('f:a l:b', 'l:a f:b', 'a b'), ['place a new/1', 'place b new/2', '-']);
});

test('a folder is made before its subfolders, and removed after them', (t) => {
  const tree = 'd:a d:a/b d:a/b/c f:a/b/c/d';
  t.deepEqual(plan('', tree, 'a/b/c/d'), [
    'make-directory a',
    'make-directory a/b',
    'make-directory a/b/c',
    '-',
    'place a/b/c/d new/1',
    '-',
    'set-metadata a/b/c',
    'set-metadata a/b',
    'set-metadata a',
    '-',
  ]);
  t.deepEqual(plan(tree, '', ''), [
    'retire a/b/c/d old/1',
    'remove-directory a/b/c',
    'remove-directory a/b',
    'remove-directory a',
    '-',
  ]);
});

test('metadata is set on files before folders, and not on staged files, which carry their own', (t) => {
  t.deepEqual(plan('d:a f:a/b f:c', 'd:a f:a/b f:c', 'c', 'a/b c a'), [
    'place c new/1',
    '-',
    'set-metadata a/b',
    'set-metadata a',
    '-',
  ]);
});
