// Configuration files of servers: words, later lines, includes by name and by pattern, renamed commands.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { UsageError } from '../../../src/errors.js';
import { expandFileNames } from '../../../src/redis/server/expand-file-names.js';
import { readServerConfiguration } from '../../../src/redis/server/server-configuration.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { readSmallFile } from '../../../src/system/files/read-small-file.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';

async function read(t: ExecutionContext, files: Readonly<Record<string, string>>) {
  const folder = await temporaryDirectory(t);
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text.replaceAll('FOLDER', folder));
  }
  const fileSystem = new RealFileSystem();
  return readServerConfiguration(pathFromText(path.join(folder, 'redis.conf')), {
    read: (file) => readSmallFile(fileSystem, file),
    expand: (below, pattern) => expandFileNames(fileSystem, below, pattern),
  });
}

test('words are read as a server reads them, and the last line counts', async (t) => {
  const conf = [
    '# dir /comment',
    '  DIR "/data\\x20dir"',
    "dbfilename 'a b.rdb'",
    'appendonly no',
    'appendonly yes',
    '',
  ].join('\r\n');
  const { directives } = await read(t, { 'redis.conf': conf });
  t.deepEqual(directives.get('dir'), ['/data dir']);
  t.deepEqual(directives.get('dbfilename'), ['a b.rdb']);
  t.deepEqual(directives.get('appendonly'), ['yes']);
});

test('an include inserts files at its place, by name and by pattern', async (t) => {
  const { directives } = await read(t, {
    'redis.conf': 'dir /first\ninclude FOLDER/more/*.conf\ninclude FOLDER/last.conf\n',
    'more/2.conf': 'dir /second\ndbfilename two.rdb\n',
    'more/1.conf': 'dbfilename one.rdb\n',
    'more/.hidden.conf': 'dbfilename hidden.rdb\n',
    'more/3.txt': 'dbfilename three.rdb\n',
    'last.conf': 'dir /third\n',
  });
  t.deepEqual(directives.get('dir'), ['/third']);
  t.deepEqual(directives.get('dbfilename'), ['two.rdb']);
});

test('a pattern that matches nothing includes nothing', async (t) => {
  const { directives } = await read(t, {
    'redis.conf': 'include FOLDER/none/*.conf\ninclude FOLDER/[!r]?.conf\ndir /d\n',
    'a1.conf': 'port 1\n',
    'r1.conf': 'port 2\n',
  });
  t.deepEqual(directives.get('dir'), ['/d']);
  t.deepEqual(directives.get('port'), ['1']);
});

for (const [lines, savePoints] of [
  ['', '3600 1 300 100 60 10000'],
  ['save ""', ''],
  ['save 900 1\nsave 60 5', '900 1 60 5'],
  ['save 900 1\nsave ""', ''],
  ['save ""\nsave 60 5', '60 5'],
  ['save 3600 1 300 100', '3600 1 300 100'],
] as const) {
  test(`save points of ${JSON.stringify(lines)}`, async (t) => {
    t.is((await read(t, { 'redis.conf': lines })).savePoints, savePoints);
  });
}

test('renamed commands are known by their new names', async (t) => {
  const { renamed } = await read(t, {
    'redis.conf': 'rename-command CONFIG c0nf1g\nrename-command BGSAVE ""\n',
  });
  t.deepEqual(
    [...renamed],
    [
      ['config', 'c0nf1g'],
      ['bgsave', ''],
    ],
  );
});

test('a file that includes itself, or has unbalanced quotes, is wrong usage', async (t) => {
  await t.throwsAsync(read(t, { 'redis.conf': 'include FOLDER/redis.conf\n' }), {
    instanceOf: UsageError,
    message: /includes itself/,
  });
  await t.throwsAsync(read(t, { 'redis.conf': 'port 1\ndir "/x\n' }), {
    instanceOf: UsageError,
    message: /^line 2 of '.*' has unbalanced quotes$/,
  });
});

test('a line with which no server would start is refused: names that lead elsewhere, NUL bytes', async (t) => {
  const lines: [line: string, says: RegExp][] = [
    [
      'dbfilename sub/shadow',
      /^line 2 of '.*redis\.conf' gives dbfilename the value 'sub\/shadow', which is not a single name$/,
    ],
    ['DBFILENAME ""', /gives dbfilename the value '', which is empty$/],
    ['appendfilename ..', /which is not a single name$/],
    ['appenddirname ../other', /which is not a single name$/],
    [`appenddirname ${'x'.repeat(256)}`, /which is longer than 255 bytes$/],
    ['dbfilename "a\\x00b"', /'a\\x00b', which has a NUL byte in it$/],
    ['dir "/data\\x00/etc"', /gives dir the value .* NUL byte in it$/],
    ['include "/data\\x00/etc"', /gives include the value .* NUL byte in it$/],
  ];
  for (const [line, message] of lines) {
    const error = await t.throwsAsync(read(t, { 'redis.conf': `port 1\n${line}\n` }), {
      instanceOf: UsageError,
    });
    t.regex(error?.message ?? '', message);
    t.regex(error?.hint ?? '', /that the server was started with$/);
  }
  const { directives } = await read(t, { 'redis.conf': 'dir ./\ndbfilename "a b"\n' });
  t.deepEqual(directives.get('dir'), ['./']);
});

test('files that include each other many times are read only so often', async (t) => {
  const twice = 'include FOLDER/redis.conf\n'.repeat(2);
  await t.throwsAsync(read(t, { 'redis.conf': `${twice}dir /d\n` }), { instanceOf: UsageError });
  const files = Object.fromEntries(
    Array.from({ length: 9 }, (_, depth) => [
      `${depth}.conf`,
      `include FOLDER/${depth + 1}.conf\n`.repeat(20),
    ]),
  );
  await t.throwsAsync(
    read(t, { ...files, 'redis.conf': 'include FOLDER/0.conf\n', '9.conf': '' }),
    {
      instanceOf: UsageError,
      message: /^the configuration is too large at '.*conf': at most 256 files/,
    },
  );
  await t.throwsAsync(read(t, { 'redis.conf': '#\n'.repeat(3_000_000) }), {
    instanceOf: UsageError,
    message: /at most 256 files and 4194304 bytes are read$/,
  });
});

test('a pattern is matched in little time and never ends in a crash, whatever it is', async (t) => {
  const name = `${'a'.repeat(240)}b`;
  const matches = async (pattern: string): Promise<boolean> => {
    const files = {
      'redis.conf': `include FOLDER/in/${pattern}\n`,
      [`in/${name}`]: 'dir /found\n',
    };
    return (await read(t, files)).directives.has('dir');
  };
  t.false(await matches(`${'*a'.repeat(60)}*c`));
  t.true(await matches(`${'*a'.repeat(60)}*b`));
  t.true(await matches('a*'));
  t.true(await matches(`*[a-b]`));
  t.false(await matches(`*[!a-b]`));
  t.false(await matches(`*[z-a]`));
  t.true(await matches(`*[z-ab]`));
  t.false(await matches('?'));
  t.true(await matches('a[aa]*?'));
});
