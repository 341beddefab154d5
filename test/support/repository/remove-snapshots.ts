import type { RunContext } from '../../../src/engine/run/run-context.js';
import { openForWriting } from '../../../src/repository/open/open-repository.js';
import { type RemovalOutcome, runRemoval } from '../../../src/repository/removal/run-removal.js';
import type { Sandbox } from '../sandbox/sandbox.js';

/** Removes snapshots by their ids, without any rule. */
export async function removeSnapshots(
  sandbox: Sandbox,
  ids: readonly number[],
  overrides: Partial<RunContext> = {},
): Promise<RemovalOutcome> {
  const context = { ...sandbox.context, ...overrides };
  const repository = await openForWriting(context.fileSystem, sandbox.repositoryPath, {
    create: false,
    waitLockMs: 0,
    checkpoint: context.checkpoint,
    clock: context.clock,
    actingUid: context.uid,
  });
  try {
    return await runRemoval(repository, new Set(ids), {
      checkpoint: context.checkpoint,
      onComposing: () => {},
    });
  } finally {
    repository.close();
  }
}
