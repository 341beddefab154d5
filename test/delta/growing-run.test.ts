// A composed run that grows: the same result as the run at once, at each length.
import test from 'ava';
import { applyTable } from '../../src/delta/apply-table.js';
import { composeTables } from '../../src/delta/compose-tables.js';
import { DeltaFormatError } from '../../src/delta/delta-format-error.js';
import { GrowingRun } from '../../src/delta/growing-run.js';
import { uninterrupted } from '../../src/system/time/checkpoint.js';
import { copy, deltaOf, literal } from '../support/delta/delta-bytes.js';
import { MemoryReader } from '../support/files/memory-reader.js';
import { randomBytes } from '../support/sandbox/large-content.js';
import { Gathered, applyRun } from './run-delta.js';

const BYTES = 5000;
const basis = randomBytes('growing basis', BYTES);

/** Each replaces bytes at a place of its own, which the next ones move and partly replace. */
const deltas = Array.from({ length: 6 }, (_, index) => {
  const inserted = randomBytes(`growing ${index}`, 700);
  const at = 100 + 600 * index;
  const after = at + inserted.length;
  return deltaOf(copy(after, BYTES - after), literal(inserted, 2), copy(0, at));
});

const run = deltas.map((delta) => ({ open: () => asStream(delta), maxResultBytes: BYTES }));

async function* asStream(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function applied(growing: GrowingRun): Promise<Buffer> {
  const gathered = new Gathered();
  await applyTable(new MemoryReader(basis), growing.composed, gathered.emit);
  return gathered.bytes;
}

async function begun(count: number): Promise<GrowingRun> {
  const first = await composeTables(run.slice(0, count), basis.length, uninterrupted);
  const most = deltas.slice(0, count).reduce((sum, { length }) => sum + length, 0);
  return new GrowingRun(first, most);
}

test('after each delta the result is that of the whole run so far', async (t) => {
  const growing = await begun(2);
  t.deepEqual(await applied(growing), await applyRun(basis, run.slice(0, 2)));
  await growing.add([], uninterrupted);
  await growing.add(run.slice(2, 3), uninterrupted);
  t.deepEqual(await applied(growing), await applyRun(basis, run.slice(0, 3)));
  t.deepEqual(await applied(growing), await applyRun(basis, run.slice(0, 3)), 'read again');
  await growing.add(run.slice(3), uninterrupted);
  t.deepEqual(await applied(growing), await applyRun(basis, run));
  growing.close();
});

test('a delta that copies bytes that the run does not make is an error', async (t) => {
  const growing = await begun(1);
  const wrong = { open: () => asStream(deltaOf(copy(BYTES - 1, 2))) };
  await t.throwsAsync(growing.add([wrong], uninterrupted), { instanceOf: DeltaFormatError });
  growing.close();
});
