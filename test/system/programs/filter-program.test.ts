// Bytes run through another program: they come out in order, and whatever ends either side early ends the other.
import test from 'ava';
import { SystemError } from '../../../src/errors.js';
import { filterThrough } from '../../../src/system/programs/filter-program.js';
import { chunksOf, gather } from '../../support/archive/archives.js';
import { SeededRandom } from '../../support/program/seeded-random.js';

const onFailure = (code: number, stderr: string): Error => new Error(`${code}: ${stderr}`);

async function* failing(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('some');
  throw new Error('the source has failed');
}

test('bytes come out as the program writes them', async (t) => {
  const bytes = new SeededRandom(1).bytes(3_000_000);
  const out = filterThrough({ command: 'cat', args: [], onFailure }, chunksOf(bytes, 70_001));
  t.true(bytes.equals(await gather(out)));
});

test('a program that is not installed, or fails, is an error', async (t) => {
  const absent = { command: 'no-such-program-here', args: [], onFailure };
  await t.throwsAsync(gather(filterThrough(absent, chunksOf(Buffer.alloc(10), 1))), {
    instanceOf: SystemError,
    message: "cannot run 'no-such-program-here': no such program in PATH",
  });
  const fails = { command: 'sh', args: ['-c', 'echo why >&2; exit 3'], onFailure };
  await t.throwsAsync(gather(filterThrough(fails, chunksOf(Buffer.alloc(1 << 22), 1 << 16))), {
    message: '3: why',
  });
});

test('an error of the source reaches the reader, and the program is not told of an end', async (t) => {
  const out = filterThrough({ command: 'cat', args: [], onFailure }, failing());
  await t.throwsAsync(gather(out), { message: 'the source has failed' });
});

test('a reader that stops ends the program and the source', async (t) => {
  let isEnded = false;
  async function* endless(): AsyncGenerator<Uint8Array> {
    try {
      for (;;) yield Buffer.alloc(1 << 16);
    } finally {
      isEnded = true;
    }
  }
  const out = filterThrough({ command: 'cat', args: [], onFailure }, endless());
  for await (const piece of out) {
    t.true(piece.length > 0);
    break;
  }
  t.true(isEnded);
});

test('the environment of this process does not reach the program', async (t) => {
  const filter = { command: 'env', args: [], onFailure };
  const text = (await gather(filterThrough(filter, chunksOf(Buffer.alloc(0), 1)))).toString();
  t.deepEqual(
    text
      .trim()
      .split('\n')
      .map((line) => line.replace(/=.*/s, ''))
      .filter((name) => !['PATH', 'TERM', 'LC_ALL'].includes(name)),
    [],
  );
});
