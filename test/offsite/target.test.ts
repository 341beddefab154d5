// TARGET: what it may be, and what it means.
import test from 'ava';
import { UsageError } from '../../src/errors.js';
import { type LocalPaths, formatTarget, parseTarget } from '../../src/offsite/target.js';
import { pathFromText } from '../../src/system/files/byte-path.js';

const paths: LocalPaths = {
  resolve: (typed) => pathFromText(`/here/${typed}`.replace(/\/$/, '')),
  isFolder: (path) => path === '/here/usb',
};

const MEANINGS = {
  '-': { kind: 'pipe' },
  'a.tar.zst': { kind: 'file', folder: '/here', name: 'a.tar.zst' },
  usb: { kind: 'file', folder: '/here/usb', name: null },
  'new/': { kind: 'file', folder: '/here/new', name: null },
  'swift://': { kind: 'swift', container: 'database_backups', prefix: '', name: null },
  'swift:///n': { kind: 'swift', container: 'database_backups', prefix: '', name: 'n' },
  'swift://c': { kind: 'swift', container: 'c', prefix: '', name: null },
  'swift://c/': { kind: 'swift', container: 'c', prefix: '', name: null },
  'swift://my backups/web 1/': {
    kind: 'swift',
    container: 'my backups',
    prefix: 'web 1/',
    name: null,
  },
  'SWIFT://c/a/b/c.age': { kind: 'swift', container: 'c', prefix: 'a/b/', name: 'c.age' },
  's3://my.bucket/a/n': { kind: 's3', bucket: 'my.bucket', prefix: 'a/', name: 'n' },
  's3://bucket': { kind: 's3', bucket: 'bucket', prefix: '', name: null },
};

for (const [typed, meaning] of Object.entries(MEANINGS)) {
  test(`a target is understood: ${typed}`, (t) => {
    t.deepEqual(parseTarget(typed, paths) as unknown, meaning);
  });
}

for (const typed of [
  's3://',
  's3:///key',
  's3://a',
  's3://user:pass@bucket/key',
  's3://b..d/key',
  'swift://c//n',
  'swift://c/../n',
  'swift://c/./n',
  'swift://../n',
  'swift://c?x/n',
  'swift://c/n\nm',
  's3://bucket/a\u0000',
  'swift://c/\ud800',
  `swift://c/${'n'.repeat(1000)}`,
  `swift://${'c'.repeat(250)}/n`,
]) {
  test(`a target is refused: ${JSON.stringify(typed).slice(0, 40)}`, (t) => {
    t.throws(() => parseTarget(typed, paths), { instanceOf: UsageError });
  });
}

test('a target of an unknown kind is refused without repeating a password in it', (t) => {
  const error = t.throws(() => parseTarget('http://me:hunter2@host/x', paths), {
    instanceOf: UsageError,
  });
  t.false(`${error.message} ${error.hint}`.includes('hunter2'));
});

test('a target is shown as it can be typed', (t) => {
  for (const typed of ['-', 'swift://c/a/n', 's3://bucket', 's3://bucket/a/']) {
    t.is(formatTarget(parseTarget(typed, paths)), typed);
  }
  t.is(formatTarget(parseTarget('a', paths)), '/here/a');
  t.is(formatTarget(parseTarget('swift://c/', paths)), 'swift://c');
});
