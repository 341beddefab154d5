// The examples in the section GLOB of docs/cli.md do what the section says.
import test from 'ava';
import { parseArguments } from '../../src/cli/options/parse-arguments.js';
import { createPathFilter } from '../../src/engine/source/path-filter.js';
import { pathFromText } from '../../src/system/files/byte-path.js';

const FOLDERS = ['appendonlydir', 'tmp', 'logs', 'appendonlydir/tmp', 'backupdir'];
const FILES = [
  'dump.rdb',
  'redis.log',
  'temp-17.rdb',
  'appendonlydir/appendonly.aof.manifest',
  'tmp/x',
  'logs/old.log',
  'logs/dump.rdb',
];

const EXAMPLES: [line: string, leftOut: string[]][] = [
  ['--exclude *.log', ['backupdir', 'logs/old.log', 'redis.log', 'temp-17.rdb']],
  ['--exclude ./tmp', ['backupdir', 'temp-17.rdb', 'tmp', 'tmp/x']],
  [
    '--include dump.rdb --exclude *',
    ['appendonlydir/appendonly.aof.manifest', 'logs/old.log', 'redis.log', 'temp-17.rdb', 'tmp/x'],
  ],
  [
    '--exclude appendonlydir/',
    [
      'appendonlydir',
      'appendonlydir/appendonly.aof.manifest',
      'appendonlydir/tmp',
      'backupdir',
      'temp-17.rdb',
    ],
  ],
  ['--include ./temp-*.rdb', ['backupdir']],
];

for (const [line, leftOut] of EXAMPLES) {
  test(`'${line}' leaves out ${leftOut.join(', ')}`, (t) => {
    const filter = createPathFilter(parseArguments(line.split(' ')).rules);
    const isLeftOut = (path: string, isDirectory: boolean): boolean =>
      filter.decide(pathFromText(path), isDirectory).leftOut;
    const found = [
      ...FOLDERS.filter((path) => isLeftOut(path, true)),
      ...FILES.filter((path) => isLeftOut(path, false)),
    ];
    t.deepEqual(
      found.toSorted((a, b) => (a < b ? -1 : 1)),
      leftOut,
    );
  });
}
