// Paths are read as people type them.
import test from 'ava';
import { resolvePathArgument } from '../../../src/cli/options/path-arguments.js';
import { UsageError } from '../../../src/errors.js';
import { type BytePath, formatPath } from '../../../src/system/files/byte-path.js';

/** A machine whose working directory is /home/sammy and where /link leads to /mnt/disk/data. */
function realPath(path: BytePath): BytePath | null {
  if (path === '.') return '/home/sammy' as BytePath;
  if (path === '/link') return '/mnt/disk/data' as BytePath;
  return path === '/missing' ? null : path;
}

const PATHS: [argument: string, absolute: string][] = [
  ['/var/lib/redis', '/var/lib/redis'],
  ['/var/lib/redis/', '/var/lib/redis'],
  ['//var///lib/./redis/.', '/var/lib/redis'],
  ['redis', '/home/sammy/redis'],
  ['./redis', '/home/sammy/redis'],
  ['.', '/home/sammy'],
  ['..', '/home'],
  ['../other/x', '/home/other/x'],
  ['/', '/'],
  ['/..', '/'],
  ['/a/b/../c', '/a/c'],
  ['/link/../x', '/mnt/disk/x'],
  ['/missing/../x', '/x'],
  ['/a/\\xff\\xfe', '/a/\\xff\\xfe'],
  ['/größe', '/größe'],
  ['/\\xef\\xbf\\xbd', '/\uFFFD'],
  ['./host::path', '/home/sammy/host::path'],
  ['/a::b', '/a::b'],
  ['./host:/path', '/home/sammy/host:/path'],
  ['/a@b:c', '/a@b:c'],
  ['a:b', '/home/sammy/a:b'],
  ['a/b@c:d', '/home/sammy/a/b@c:d'],
  ['@home', '/home/sammy/@home'],
];

for (const [argument, absolute] of PATHS) {
  test(`'${argument}' stands for ${absolute}`, (t) => {
    t.is(formatPath(resolvePathArgument(argument, realPath)), absolute);
  });
}

test('an escape stands for one byte', (t) => {
  t.is(resolvePathArgument('/\\xff', realPath), '/\u00FF' as BytePath);
});

const ERRORS: [argument: string, message: string][] = [
  ['', 'a path is empty'],
  ['host::/srv/redis', "'host::/srv/redis' names another machine"],
  ['sammy@host::redis', "'sammy@host::redis' names another machine"],
  ['sammy@host:redis', "'sammy@host:redis' names another machine"],
  ['host:/srv/redis', "'host:/srv/redis' names another machine"],
  ['swift://c/n', 'a remote store stands where a path of this machine is expected'],
  ['s3://bucket/', 'a remote store stands where a path of this machine is expected'],
  ['/a\\x00b', "path '/a\\x00b' holds a NUL byte"],
  ['/a\uFFFDb', "path '/a\uFFFDb' is not UTF-8"],
];

for (const [argument, message] of ERRORS) {
  test(`'${argument}' is wrong usage`, (t) => {
    const error = t.throws(() => resolvePathArgument(argument, realPath), {
      instanceOf: UsageError,
    });
    t.is(error?.message, message);
  });
}

test('a relative path needs a working directory', (t) => {
  t.throws(() => resolvePathArgument('redis', () => null), {
    instanceOf: UsageError,
    message: 'the working directory no longer exists',
  });
  t.is(
    resolvePathArgument('/redis', () => null),
    '/redis' as BytePath,
  );
});
