// Verifying takes no lock: a backup that ended meanwhile may have moved what was looked for. What is
// missing then is looked for again, as a restore would, wherever it is by now.
import type { Content } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import type { OpenRepository } from '../../repository/repository.js';
import { readContent } from '../../repository/contents/read-content.js';
import { localDigests } from '../../system/digest/digests.js';
import type { RunContext } from '../run/run-context.js';
import type { LostContents, VerifyScope } from './verify-scope.js';

export interface LostContent {
  readonly content: Content;
  readonly message: string;
}

/** Those that are lost all the same. */
export async function confirmLost(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
  candidates: readonly LostContent[],
): Promise<LostContents> {
  const lost = new Map<number, string>();
  const isOvertaken = wasOvertaken(repository, scope);
  for (const { content, message } of candidates) {
    if (isOvertaken && (await canBeRead(repository, content, context))) continue;
    lost.set(content.id, message);
  }
  return lost;
}

/** Whether the catalog has changed since the scope was read from it. */
export function wasOvertaken(repository: OpenRepository, scope: VerifyScope): boolean {
  return repository.generation() !== scope.generation;
}

async function canBeRead(
  repository: OpenRepository,
  content: Content,
  { checkpoint }: RunContext,
): Promise<boolean> {
  try {
    await readContent(repository, content, () => {}, checkpoint, localDigests);
    return true;
  } catch (error) {
    if (error instanceof CorruptError) return false;
    throw error;
  }
}
