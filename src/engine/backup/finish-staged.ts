// What is in staging gets its metadata and is made durable, before the commit that needs it.
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import type { Staging } from '../../repository/staging.js';
import { type UnsetMetadata, applyMetadata } from '../../system/files/apply-metadata.js';
import type { NextEntry } from './next-entry.js';
import type { RunContext } from '../run/run-context.js';

/** Gives staged entries their metadata and makes their bytes durable. */
export async function finishStaged(
  context: RunContext,
  staging: Staging,
  entries: readonly NextEntry[],
): Promise<UnsetMetadata[]> {
  const { fileSystem } = context;
  const staged = entries.flatMap((entry) =>
    entry.staged === null ? [] : [{ entry, place: staging.path(entry.staged) }],
  );
  const unset = applyMetadata(
    fileSystem,
    staged.map(({ entry, place }) => mirrorMetadata(place, entry, context.uid)),
  );
  for (const { entry, place } of staged) {
    if (entry.type !== 'file') continue;
    await context.checkpoint();
    const file = fileSystem.open(place, 'read');
    try {
      await fileSystem.syncInBackground(file);
    } finally {
      fileSystem.close(file);
    }
  }
  return unset;
}
