// The progress of a backup: its share of the whole grows over all steps, and each step is named.
import test from 'ava';
import type { ProgressEvent } from '../../../src/engine/run/run-context.js';
import { SeededRandom } from '../../support/program/seeded-random.js';
import { type Sandbox, createSandbox } from '../../support/sandbox/sandbox.js';

async function eventsOf(sandbox: Sandbox): Promise<ProgressEvent[]> {
  const events: ProgressEvent[] = [];
  await sandbox.backup({ context: { onProgress: (event) => events.push(event) } });
  return events;
}

/** The steps in their order, each with its least and greatest percentage. */
function stepsOf(events: readonly ProgressEvent[]): [phase: string, from: number, to: number][] {
  const phases = [...new Set(events.map(({ phase }) => phase))];
  return phases.map((phase) => {
    const shares = events.filter((event) => event.phase === phase).map(({ share }) => share ?? -1);
    return [phase, Math.round(Math.min(...shares) * 100), Math.round(Math.max(...shares) * 100)];
  });
}

test('a backup that replaces a file copies a third, syncs a third and compares a third', async (t) => {
  const sandbox = await createSandbox(t);
  await sandbox.write('dump.rdb', new SeededRandom('1').bytes(8 << 20));
  const first = (await eventsOf(sandbox)).filter(({ share }) => share !== undefined);
  t.deepEqual(
    stepsOf(first).map(([phase, , to]) => [phase, to]),
    [
      ['copying', 50],
      ['syncing', 100],
    ],
  );
  await sandbox.write('dump.rdb', new SeededRandom('2').bytes(8 << 20));
  const events = await eventsOf(sandbox);
  const counted = events.filter(({ share }) => share !== undefined);
  t.deepEqual(
    stepsOf(counted).map(([phase, , to]) => [phase, to]),
    [
      ['copying', 33],
      ['syncing', 67],
      ['comparing', 100],
    ],
  );
  const shares = counted.map(({ share }) => share ?? -1);
  t.deepEqual(
    shares,
    shares.toSorted((a, b) => a - b),
  );
  t.is(events.at(-1)?.phase, 'finishing');
  for (const { doneBytes, totalBytes } of events) t.true(doneBytes <= totalBytes);
});

test('many small files count by their number, and a step that has less to do than planned is over', async (t) => {
  const sandbox = await createSandbox(t);
  for (let n = 0; n < 20; n += 1) await sandbox.write(`${n}`, `${n}`);
  const shares = (await eventsOf(sandbox)).flatMap(({ share }) => share ?? []);
  t.true(shares.filter((share) => share > 0.1 && share < 0.4).length > 5, shares.join());
  // Read again, and found to be the same: nothing is synced or compared.
  for (let n = 0; n < 20; n += 1) await sandbox.write(`${n}`, `${n}`);
  const again = await eventsOf(sandbox);
  t.deepEqual([...new Set(again.map(({ phase }) => phase))].slice(-2), ['copying', 'finishing']);
});
