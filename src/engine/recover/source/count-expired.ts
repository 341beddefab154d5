// Counts the keys of a snapshot whose time to live has passed since: the server drops them when it loads. The catalog knows only
// how many have one, so the dump is read.
import { RdbWalkStream } from '../../../persistence/rdb/rdb-walk-stream.js';
import type { RestoreSource } from '../../restore/restore-source.js';
import type { RunContext } from '../../run/run-context.js';
import type { ExpectedKeys } from '../plan/recovery-plan.js';

/**
 * @returns null where no key has a time to live, and where the number of keys is known only after loading
 * @throws CorruptError where the dump cannot be read; it could not be placed either
 */
export async function countExpired(
  source: RestoreSource,
  { countedIn, expiredMost }: ExpectedKeys,
  { clock, checkpoint }: Pick<RunContext, 'clock' | 'checkpoint'>,
): Promise<number | null> {
  if (expiredMost === null || expiredMost === 0) return null;
  const entry = source.entries.find(({ path }) => path === countedIn);
  if (entry === undefined) return null;
  const nowMs = clock.nowMs();
  let expired = 0;
  const walk = new RdbWalkStream(entry.sizeBytes, {
    checkpoint,
    depth: 'none',
    verifyChecksum: false,
    onRecords: ({ count, expiresAtMs }) => {
      for (let row = 0; row < count; row += 1) {
        const atMs = expiresAtMs[row] ?? -1;
        if (atMs >= 0 && atMs <= nowMs) expired += 1;
      }
    },
  });
  await source.read(entry, (bytes) => walk.push(bytes));
  await walk.finish();
  return expired;
}
