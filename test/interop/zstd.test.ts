// Against the zstd command line tool, with which a person would restore by hand.
import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { CorruptError } from '../../src/errors.js';
import { runProgram } from '../../src/system/programs/run-program.js';
import { zstdCompressBuffer, zstdDecompressBuffer } from '../../src/system/zstd/zstd.js';

const LIMIT_BYTES = 16 << 20;

function makeBytes(sizeBytes: number): Buffer {
  const lines: string[] = [];
  for (let index = 0; lines.length * 40 < sizeBytes + 40; index += 1) {
    lines.push(`*3\r\n$3\r\nSET\r\n$9\r\nkey:${index * 7919}\r\n`.padEnd(40, '.'));
  }
  return Buffer.from(lines.join('')).subarray(0, sizeBytes);
}

function zstd(t: ExecutionContext, args: readonly string[], input: Uint8Array): Buffer {
  const result = runProgram('zstd', ['-q', ...args], { input });
  t.is(result.code, 0, result.stderr);
  return result.stdout;
}

test('zstd -d without options reads what this program writes, of any size and level', async (t) => {
  for (const sizeBytes of [0, 1, 131_071, 131_072, 131_073, 1_000_003]) {
    const bytes = makeBytes(sizeBytes);
    for (const level of [1, 3, 19]) {
      const compressed = await zstdCompressBuffer(bytes, level);
      t.true(zstd(t, ['-d', '-c'], compressed).equals(bytes), `${sizeBytes} at level ${level}`);
    }
  }
});

test('what this program writes is one frame with a checksum, which zstd tests', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rewind-zstd-'));
  t.teardown(() => fs.rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'increment.zst');
  const compressed = await zstdCompressBuffer(makeBytes(300_000), 3);
  fs.writeFileSync(file, compressed);
  const listing = runProgram('zstd', ['-l', '-v', file]).stdout.toString();
  t.regex(listing, /Zstandard Frames: 1\b/);
  t.regex(listing, /Check: XXH64/);
  t.is(runProgram('zstd', ['-q', '-t', file]).code, 0);
  compressed[compressed.length - 1] = (compressed[compressed.length - 1] as number) ^ 1;
  fs.writeFileSync(file, compressed);
  t.not(runProgram('zstd', ['-q', '-t', file]).code, 0);
});

test('this program reads what zstd writes, from a pipe and from a file, with and without a checksum', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'rewind-zstd-'));
  t.teardown(() => fs.rmSync(folder, { recursive: true }));
  for (const sizeBytes of [0, 1, 255, 256, 70_000, 131_072, 1_000_003]) {
    const bytes = makeBytes(sizeBytes);
    const file = path.join(folder, String(sizeBytes));
    fs.writeFileSync(file, bytes);
    for (const options of [['-1'], ['-3'], ['-19'], ['--no-check'], ['-T2']]) {
      for (const compressed of [
        zstd(t, [...options, '-c'], bytes),
        zstd(t, [...options, '-c', file], Buffer.alloc(0)),
      ]) {
        const back = await zstdDecompressBuffer(compressed, LIMIT_BYTES);
        t.true(back.equals(bytes), `${sizeBytes} with ${options.join(' ')}`);
      }
    }
  }
});

test('a frame with a window above the limit is refused, though zstd itself would read it', async (t) => {
  const compressed = zstd(t, ['--long=27', '-c'], makeBytes(1000));
  t.is(zstd(t, ['-d', '-c'], compressed).length, 1000);
  await t.throwsAsync(() => zstdDecompressBuffer(compressed, LIMIT_BYTES), {
    instanceOf: CorruptError,
    message: /asks for a window of 134217728 bytes/,
  });
});

test('frames in a row are refused, though zstd itself would read them', async (t) => {
  const one = zstd(t, ['-c'], makeBytes(1000));
  const two = Buffer.concat([one, one]);
  t.is(zstd(t, ['-d', '-c'], two).length, 2000);
  await t.throwsAsync(() => zstdDecompressBuffer(two, LIMIT_BYTES), {
    instanceOf: CorruptError,
    message: /data after the end/,
  });
});
