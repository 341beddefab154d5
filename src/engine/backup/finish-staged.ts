// Staged entries get their metadata and are made durable, before the commit that needs them.
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import type { Staging } from '../../repository/staging.js';
import {
  type UnsetMetadata,
  applyAllMetadata,
} from '../../system/files/metadata/apply-metadata.js';
import type { RunContext } from '../run/run-context.js';
import type { NextEntry } from './next-entry.js';

/** @returns what could not be set */
export async function finishStaged(
  context: RunContext,
  staging: Staging,
  entries: readonly NextEntry[],
): Promise<UnsetMetadata[]> {
  const { fileSystem } = context;
  const staged = entries.flatMap((entry) =>
    entry.staged === null ? [] : [{ entry, path: staging.path(entry.staged) }],
  );
  const unset = await applyAllMetadata(
    fileSystem,
    staged.map(({ entry, path }) => mirrorMetadata(path, entry, context.uid)),
    context.checkpoint,
  );
  for (const { entry, path } of staged) {
    if (entry.type !== 'file') continue;
    await context.checkpoint();
    const file = fileSystem.open(path, 'read');
    try {
      await fileSystem.syncInBackground(file);
    } finally {
      fileSystem.close(file);
    }
  }
  return unset;
}
