// Staged entries get their metadata and are made durable, before the commit that needs them.
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import type { Staging } from '../../repository/staging.js';
import {
  type UnsetMetadata,
  applyAllMetadata,
} from '../../system/files/metadata/apply-metadata.js';
import type { RunContext } from '../run/run-context.js';
import type { BackupProgress } from './backup-progress.js';
import type { NextEntry } from './next-entry.js';

export interface FinishParts {
  readonly context: RunContext;
  readonly staging: Staging;
  readonly progress: BackupProgress;
}

/** @returns what could not be set */
export async function finishStaged(
  { context, staging, progress }: FinishParts,
  entries: readonly NextEntry[],
): Promise<UnsetMetadata[]> {
  const { fileSystem } = context;
  progress.begin('syncing');
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
    const sizeBytes = entry.content?.sizeBytes ?? 0;
    progress.tell(entry.path, 0);
    await context.checkpoint();
    const file = fileSystem.open(path, 'read');
    try {
      await fileSystem.syncInBackground(file);
    } finally {
      fileSystem.close(file);
    }
    progress.tell(entry.path, sizeBytes);
    progress.endFile(sizeBytes);
  }
  return unset;
}
