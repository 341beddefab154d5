// A verification takes no lock, so a backup that ends meanwhile may move a file that the verification
// looks for. A content that was not found is looked for again, at the place where it is now. And a removal may
// take the last snapshot that has it.
import type { Content } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { readContent } from '../../repository/contents/read-content.js';
import type { OpenRepository } from '../../repository/repository.js';
import { localDigests } from '../../system/digest/digests.js';
import type { VerifyRun } from './verify-run.js';
import type { LostContents, VerifyScope } from './verify-scope.js';

export interface LostContent {
  readonly content: Content;
  /** Why it seems to be lost. */
  readonly message: string;
}

/** @returns the candidates that really are lost */
export async function confirmLost(
  run: VerifyRun,
  candidates: readonly LostContent[],
): Promise<LostContents> {
  const lost = new Map<number, string>();
  const hasChanged = hasChangedSince(run.repository, run.scope);
  for (const { content, message } of candidates) {
    if (hasChanged && (!run.repository.isUsed(content) || (await canBeRead(run, content))))
      continue;
    lost.set(content.id, message);
  }
  return lost;
}

/** Whether the catalog has changed since the scope was read from it. */
export function hasChangedSince(repository: OpenRepository, scope: VerifyScope): boolean {
  return repository.generation() !== scope.generation;
}

async function canBeRead({ repository, context }: VerifyRun, content: Content): Promise<boolean> {
  try {
    await readContent(repository, content, {
      emit: () => {},
      checkpoint: context.checkpoint,
      digests: localDigests,
    });
    return true;
  } catch (error) {
    if (error instanceof CorruptError) return false;
    throw error;
  }
}
