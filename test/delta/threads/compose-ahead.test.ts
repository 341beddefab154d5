// Runs that are composed on another thread before they are asked for.
import * as fs from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { applyTable } from '../../../src/delta/apply-table.js';
import type { ComposedRun } from '../../../src/delta/compose-tables.js';
import type { StoredDelta } from '../../../src/delta/stored-delta.js';
import { ComposeAhead } from '../../../src/delta/threads/compose-ahead.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';
import { zstdCompressBuffer } from '../../../src/system/zstd/zstd.js';
import { copy, deltaOf, literal } from '../../support/delta/delta-bytes.js';
import { MemoryReader } from '../../support/files/memory-reader.js';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { randomBytes } from '../../support/sandbox/large-content.js';
import { Gathered } from '../run-delta.js';

const LONG = 5 << 20;
const basis = randomBytes('ahead', 1000);

/** One delta, which puts new bytes before the basis. */
async function storedDelta(
  t: ExecutionContext,
  id: number,
  bytes: number,
): Promise<{ readonly run: StoredDelta[]; readonly result: Buffer }> {
  const inserted = randomBytes(`ahead ${id}`, bytes);
  const delta = deltaOf(literal(inserted, 4), copy(0, basis.length));
  const file = path.join(await temporaryDirectory(t), String(id));
  fs.writeFileSync(file, await zstdCompressBuffer(delta, 1));
  const result = Buffer.concat([inserted, basis]);
  const { length: plainBytes } = delta;
  const run = [{ id, path: pathFromText(file), plainBytes, maxResultBytes: result.length }];
  return { run, result };
}

async function applied(composed: ComposedRun | null): Promise<Buffer | null> {
  if (composed === null) return null;
  const gathered = new Gathered();
  await applyTable(new MemoryReader(basis), composed, gathered.emit);
  composed.close();
  return gathered.bytes;
}

test('one run after another is composed by the same thread', async (t) => {
  const ahead = new ComposeAhead();
  for (const id of [1, 2]) {
    const { run, result } = await storedDelta(t, id, LONG);
    ahead.begin(run);
    t.true((await applied(await ahead.take(run, uninterrupted)))?.equals(result));
  }
  await ahead.close();
});

test('a short run, and one that was not begun, are left to the caller', async (t) => {
  const ahead = new ComposeAhead();
  const short = await storedDelta(t, 1, 1000);
  ahead.begin(short.run);
  t.is(await ahead.take(short.run, uninterrupted), null);
  const [first, second] = [await storedDelta(t, 2, LONG), await storedDelta(t, 3, LONG)];
  ahead.begin(first.run);
  t.is(await ahead.take(second.run, uninterrupted), null);
  t.true((await applied(await ahead.take(first.run, uninterrupted)))?.equals(first.result));
  await ahead.close();
});

test('a run that cannot be read is left to the caller, and the next one is composed', async (t) => {
  const ahead = new ComposeAhead();
  const lost = await storedDelta(t, 1, LONG);
  fs.unlinkSync(String(lost.run[0]?.path));
  ahead.begin(lost.run);
  t.is(await ahead.take(lost.run, uninterrupted), null);
  const { run, result } = await storedDelta(t, 2, LONG);
  ahead.begin(run);
  t.true((await applied(await ahead.take(run, uninterrupted)))?.equals(result));
  await ahead.close();
});

test('what was begun and is not taken is given up', async (t) => {
  const ahead = new ComposeAhead();
  ahead.begin((await storedDelta(t, 1, LONG)).run);
  await ahead.close();
  await t.notThrowsAsync(ahead.close());
});
