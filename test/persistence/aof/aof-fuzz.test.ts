// Whatever stands in a manifest or an AOF, its reader ends in a result.
import test from 'ava';
import { CorruptError } from '../../../src/errors.js';
import { parseAofManifest } from '../../../src/persistence/aof/aof-manifest.js';
import { FileExaminer } from '../../../src/persistence/examine/examine-file.js';
import { judgeFile } from '../../../src/persistence/examine/judge-file.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const RUNS = 20_000;

const MANIFESTS = [
  'file a seq 1 type b\nfile b seq 2 type i\n',
  '# a comment\nFILE "a \\x41" SEQ +1 TYPE i\nfile \'b\' seq 9 type h startoffset 17\n',
];
const LOGS = [
  '#TS:1700000000\r\n*3\r\n$3\r\nSET\r\n$2\r\nk1\r\n$1\r\nv\r\n*1\r\n$5\r\nMULTI\r\n*1\r\n$4\r\nEXEC\r\n',
  'REDIS0010\xfa\x09redis-ver\x067.0.15\xfe\0\0\x02k1\x01v\xff\0\0\0\0\0\0\0\0*1\r\n$4\r\nPING\r\n',
];
const PIECES = [
  '\0',
  '\n',
  '\r\n',
  ' ',
  '"',
  "'",
  '\\',
  '\\x',
  '#',
  '*',
  '$',
  '-',
  '+',
  '9',
  '99999',
  '\xff',
];
const LONG = [1, 3, 1023, 1024, 5000];

const seed = Date.now();

/** Some bytes of the text replaced, added, deleted or repeated. */
function spoil(text: string, random: SeededRandom): Buffer {
  const below = (limit: number): number => random.below(limit);
  let spoilt = text;
  for (let count = 1 + below(4); count > 0; count -= 1) {
    const at = below(spoilt.length + 1);
    const piece =
      below(3) === 0 ? String.fromCharCode(below(256)) : (PIECES[below(PIECES.length)] ?? '');
    const added = piece.repeat(LONG[below(LONG.length)] ?? 1);
    spoilt = spoilt.slice(0, at) + added + spoilt.slice(at + below(3) * below(9));
  }
  return Buffer.from(below(4) === 0 ? spoilt.slice(0, below(spoilt.length + 1)) : spoilt, 'latin1');
}

test(`every manifest ends in a result or a CorruptError (seed ${seed})`, (t) => {
  const random = new SeededRandom(seed);
  let refused = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const bytes = spoil(MANIFESTS[run % MANIFESTS.length] ?? '', random);
    try {
      parseAofManifest(bytes);
    } catch (error) {
      refused += 1;
      if (!(error instanceof CorruptError)) throw error;
    }
  }
  t.true(refused > 0 && refused < RUNS, `${refused} refused`);
});

test(`every AOF ends in a verdict (seed ${seed})`, async (t) => {
  const random = new SeededRandom(seed);
  const kinds = new Set<string>();
  for (let run = 0; run < RUNS / 10; run += 1) {
    const bytes = spoil(LOGS[run % LOGS.length] ?? '', random);
    const examiner = new FileExaminer('log', bytes.length, uninterrupted);
    await examiner.push(bytes);
    kinds.add(judgeFile(await examiner.finish()).kind);
  }
  for (const kind of ['whole', 'cut', 'broken']) t.true(kinds.has(kind), kind);
});
