import test, { type ExecutionContext } from 'ava';
import { createPathFilter, type PathRule } from '../../../src/engine/source/path-filter.js';
import { UsageError } from '../../../src/errors.js';
import { parsePath, pathFromText } from '../../../src/system/files/byte-path.js';

function exclude(...patterns: string[]): PathRule[] {
  return patterns.map((pattern) => ({ kind: 'exclude', pattern }));
}

function include(...patterns: string[]): PathRule[] {
  return patterns.map((pattern) => ({ kind: 'include', pattern }));
}

/** Why a path is left out; one that ends in '/' is a folder. */
function why(rules: readonly PathRule[], shown: string): string {
  const filter = createPathFilter(rules);
  const isDirectory = shown.endsWith('/');
  const decision = filter.decide(parsePath(isDirectory ? shown.slice(0, -1) : shown), isDirectory);
  return decision.why ?? (decision.leftOut ? 'for no reason' : 'kept');
}

/** Each path is decided as the table says. */
function areDecided(
  t: ExecutionContext,
  rules: readonly PathRule[],
  expected: Readonly<Record<string, string>>,
): void {
  for (const [shown, decision] of Object.entries(expected))
    t.is(why(rules, shown), decision, shown);
}

test('without rules everything is kept but what Redis left behind', (t) => {
  for (const shown of [
    'dump.rdb',
    'appendonlydir/',
    'appendonlydir/appendonly.aof.1.base.rdb',
    'appendonlydir/appendonly.aof.manifest',
    'nodes.conf',
    '.hidden',
    'temp-notes.txt',
    'mytemp-1.rdb',
    'temp-1.rdb.old',
    'temp.rdb',
    'backups/temp-1.rdb/',
    'temp-1.rdb/',
  ]) {
    t.is(why([], shown), 'kept', shown);
  }
  for (const shown of [
    'temp-1234.rdb',
    'temp-1700000000.1234.rdb',
    'temp-rewriteaof-1234.aof',
    'temp-rewriteaof-bg-1234.aof',
    'temp-appendonly.aof.incr',
    'temp-appendonly.aof.manifest',
    'appendonlydir/temp-appendonly.aof.incr',
    'appendonlydir/temp-appendonly.aof.manifest',
    'appendonlydir/temp-rewriteaof-bg-1234.aof',
    'temp-a\\x0ab.rdb',
  ]) {
    t.is(why([], shown), 'debris', shown);
  }
});

test('temporary files are debris only where Redis makes them', (t) => {
  areDecided(t, [], {
    'archive/old/temp-1.rdb': 'kept',
    'archive/old/temp-x.manifest': 'kept',
  });
});

test('what a recovery has moved out of the way at the top of SOURCE is debris', (t) => {
  areDecided(t, [], {
    '.redis-rewind-aside-20261128T031500Z/': 'debris',
    '.redis-rewind-aside-20261128T031500Z/dump.rdb': 'debris',
    '.redis-rewind-recovered-20261128T031500Z-2/': 'debris',
    '.redis-rewind-aside-20261128T031500Z': 'kept',
    '.redis-rewind-aside-of-mine/': 'kept',
    'a/.redis-rewind-aside-20261128T031500Z/': 'kept',
  });
});

test('backupdir/ at the top of SOURCE is debris, with all that is in it', (t) => {
  areDecided(t, [], {
    'backupdir/': 'debris',
    'backupdir/1/dump.rdb': 'debris',
    backupdir: 'kept',
    'archive/backupdir/': 'kept',
    'backupdirectory/': 'kept',
  });
});

test('an include keeps debris', (t) => {
  areDecided(t, include('temp-*.rdb'), {
    'temp-1234.rdb': 'kept',
    'temp-appendonly.aof.incr': 'debris',
  });
  areDecided(t, include('backupdir'), {
    'backupdir/': 'kept',
    'backupdir/1/dump.rdb': 'kept',
  });
  areDecided(t, include('backupdir/1'), {
    'backupdir/': 'kept',
    'backupdir/2': 'debris',
  });
});

test('the first rule that matches decides', (t) => {
  areDecided(t, [...include('a.log'), ...exclude('*.log')], {
    'a.log': 'kept',
    'b.log': 'excluded',
  });
  t.is(why([...exclude('*.log'), ...include('a.log')], 'a.log'), 'excluded');
  t.is(why(exclude('temp-*'), 'temp-1.rdb'), 'excluded');
});

test('a pattern without a slash is a name at any depth', (t) => {
  for (const shown of ['x.log', 'a/x.log', 'a/b/.x.log'])
    t.is(why(exclude('*.log'), shown), 'excluded');
  t.is(why(exclude('*.log'), 'x.logs'), 'kept');
  areDecided(t, exclude('cache'), {
    'a/cache/': 'excluded',
    mycache: 'kept',
  });
  t.is(why(exclude('**.log'), 'a/b/x.log'), 'excluded');
});

test('a pattern with a slash begins at SOURCE', (t) => {
  areDecided(t, exclude('a/x.log'), {
    'a/x.log': 'excluded',
    'b/a/x.log': 'kept',
  });
  areDecided(t, exclude('./x.log'), {
    'x.log': 'excluded',
    'a/x.log': 'kept',
  });
  areDecided(t, exclude('**/x.log'), {
    'x.log': 'excluded',
    'a/b/x.log': 'excluded',
  });
  areDecided(t, exclude('a/**/x'), {
    'a/x': 'excluded',
    'a/b/c/x': 'excluded',
    'ab/x': 'kept',
  });
  t.is(why(exclude('a/*/x'), 'a/b/c/x'), 'kept');
});

test('a slash at the end of a pattern restricts it to folders', (t) => {
  areDecided(t, exclude('cache/'), {
    'cache/': 'excluded',
    cache: 'kept',
    'a/cache/': 'excluded',
    'cache/file': 'excluded',
  });
  t.is(why(exclude('./cache/'), 'a/cache/'), 'kept');
});

test('a rule that names a folder covers everything in the folder', (t) => {
  t.is(why(exclude('appendonlydir'), 'appendonlydir/a/b'), 'excluded');
  const only = [...include('appendonlydir'), ...exclude('*')];
  areDecided(t, only, {
    'appendonlydir/': 'kept',
    'appendonlydir/x.aof': 'kept',
    'dump.rdb': 'excluded',
  });
});

test('two stars at the end mean what is in a folder, not the folder', (t) => {
  areDecided(t, exclude('a/**'), {
    'a/': 'kept',
    'a/b': 'excluded',
    'a/b/c': 'excluded',
  });
});

test('a folder on the way to what is included is kept, the rest of it is not', (t) => {
  const one = [...include('appendonlydir/keep/a.aof'), ...exclude('*')];
  areDecided(t, one, {
    'appendonlydir/': 'kept',
    'appendonlydir/keep/': 'kept',
    'appendonlydir/keep/a.aof': 'kept',
    'appendonlydir/keep/b.aof': 'excluded',
    'appendonlydir/other/': 'excluded',
    appendonlydir: 'excluded',
  });
  const anywhere = [...include('*.rdb'), ...exclude('junk')];
  areDecided(t, anywhere, {
    'junk/': 'kept',
    'junk/a.rdb': 'kept',
    'junk/a.log': 'excluded',
  });
});

test('an absolute pattern must lie below SOURCE, and is read from there', (t) => {
  const names = [pathFromText('/srv/redis[1]'), pathFromText('/var/lib/redis/')];
  for (const pattern of ['/srv/redis[1]/a.log', '/var/lib/redis/a.log', '/var/lib/redis/*.log']) {
    const filter = createPathFilter(exclude(pattern), names);
    t.true(filter.decide(pathFromText('a.log'), false).leftOut, pattern);
    t.false(filter.decide(pathFromText('b/a.log'), false).leftOut, pattern);
  }
  for (const pattern of [
    '/proc',
    '/a.log',
    '/var/lib/redis2/a',
    '/var/lib/redis',
    '/srv/redis1/a',
  ]) {
    const error = t.throws(() => createPathFilter(exclude(pattern), names), {
      instanceOf: UsageError,
      message: /does not lie in SOURCE/,
    });
    t.regex(error?.hint ?? '', /relative to SOURCE/);
  }
});

test('an absolute pattern may spell the bytes of SOURCE with or without escapes', (t) => {
  const names = [parsePath('/srv/caf\\xe9')];
  for (const pattern of ['/srv/caf\\xe9/a.log', '/srv/caf\\xE9/a.log']) {
    const filter = createPathFilter(exclude(pattern), names);
    t.true(filter.decide(pathFromText('a.log'), false).leftOut, pattern);
  }
});

test('a form of pattern that other programs have is wrong usage, with a hint', (t) => {
  for (const [pattern, hint] of [
    ['ignorecase:dump.rdb', /upper and lower case/],
    ['IGNORECASE:dump.rdb', /upper and lower case/],
    ['regex:.*', /a pattern is a glob/],
    ['*.{aof,rdb}', /once for each/],
  ] as const) {
    for (const rules of [include(pattern), exclude(pattern)]) {
      const error = t.throws(() => createPathFilter(rules), {
        instanceOf: UsageError,
        message: /is not a GLOB$/,
      });
      t.regex(error?.hint ?? '', hint);
    }
  }
  const filter = createPathFilter(exclude(String.raw`\x7Ba,b}`));
  t.true(filter.decide(pathFromText('{a,b}'), false).leftOut);
  t.false(filter.decide(pathFromText('a'), false).leftOut);
});

test('a pattern that could never match is wrong usage and names its option', (t) => {
  for (const pattern of [
    '',
    '/',
    './',
    '.',
    '..',
    '../x',
    'a/../b',
    'a//b',
    'a/./b',
    '//',
    '[z-a]',
  ]) {
    for (const kind of ['include', 'exclude'] as const) {
      const error = t.throws(() => createPathFilter([{ kind, pattern }]), {
        instanceOf: UsageError,
      });
      t.true(error?.message.includes(`'${pattern}' of --${kind}`), error?.message);
    }
  }
});

test('a question mark is one character of UTF-8, or one byte that is not UTF-8', (t) => {
  areDecided(t, exclude('a?'), {
    aé: 'excluded',
    'a😀': 'excluded',
    'a\\xff': 'excluded',
    'a\\xff\\xfe': 'kept',
    a: 'kept',
  });
});

test('names of any bytes are matched by wildcards and by escapes', (t) => {
  t.is(why(exclude('*'), '\\xff\\x0a'), 'excluded');
  t.is(why(exclude('**/x'), 'a\\x0ab/x'), 'excluded');
  t.is(why(exclude('\\xff*'), '\\xffa'), 'excluded');
  t.is(why(exclude('\\xfe*'), '\\xffa'), 'kept');
  t.is(why(exclude('\\xc3\\xa9'), 'é'), 'excluded');
  t.is(why(exclude('é'), 'é'), 'excluded');
  t.is(why(exclude('e'), 'é'), 'kept');
});
