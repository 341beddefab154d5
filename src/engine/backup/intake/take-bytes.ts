// Taking a small file whose bytes are in memory already, such as the manifest of a captured AOF.
import { createHash } from 'node:crypto';
import type { Staging } from '../../../repository/staging.js';
import { nowNs } from '../../../system/time/clock.js';
import type { RunContext } from '../../run/run-context.js';
import type { CapturedBytes } from '../../server/capture-plan.js';
import type { LastSnapshot } from '../last-snapshot.js';
import type { NextEntry } from '../next-entry.js';
import { isInMirror } from '../plan-reading.js';
import { stateOf } from './source-file.js';

export interface TakeBytesRequest {
  readonly context: RunContext;
  readonly staging: Staging;
  readonly last: LastSnapshot;
}

/** @param entry of the file, without its content */
export function takeBytes(
  { context, staging, last }: TakeBytesRequest,
  entry: NextEntry,
  { bytes, stat }: CapturedBytes,
): NextEntry {
  const { fileSystem, clock } = context;
  const sha256 = createHash('sha256').update(bytes).digest();
  const startedNs = nowNs(clock);
  const next: NextEntry = {
    ...entry,
    content: { sha256, sizeBytes: bytes.length },
    state: stateOf(entry.path, stat, startedNs),
  };
  if (isInMirror(next, last)) return next;
  const staged = staging.newName();
  const file = fileSystem.open(staging.path(staged), 'create');
  try {
    fileSystem.write(file, bytes, 0);
  } finally {
    fileSystem.close(file);
  }
  return { ...next, staged };
}
