// Opens the repository of a removal or a remark: one that is there, for the only writer.
import { openForWriting } from '../../repository/open/open-repository.js';
import type { WritableRepository } from '../../repository/repository.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { RunContext } from '../run/run-context.js';

export interface NamedRepository {
  readonly repository: BytePath;
  /** How long to wait for another writer; 0 not at all. */
  readonly waitLockMs: number;
}

/** @throws NoRepositoryError, LockedError, NewerFormatError */
export async function openToChange(
  { repository, waitLockMs }: NamedRepository,
  { fileSystem, clock, checkpoint, uid: actingUid }: RunContext,
): Promise<WritableRepository> {
  const path = fileSystem.realPath(repository) ?? repository;
  return openForWriting(fileSystem, path, {
    create: false,
    waitLockMs,
    clock,
    checkpoint,
    actingUid,
  });
}
