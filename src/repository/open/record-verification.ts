// Notes the result of a verification in the catalog. A verification is a reader, but the note needs the
// writers' lock. If the lock is taken, or the repository cannot be written, the result is not kept. The
// note leaves the generation as it is, so no reader has to plan again. A repository of an older format is
// not migrated.
import { Catalog } from '../../catalog/catalog.js';
import type { ContentCheck, VerificationRecord } from '../../catalog/records.js';
import { WriteLock } from '../../catalog/write-lock.js';
import { requireSoundCatalog } from '../check/sound-catalog.js';
import { catalogJournalPath, catalogPath, lockPath } from '../layout.js';
import type { LocalRepository } from '../local-repository.js';
import { checkOpened } from '../opened-file.js';

/** How long the note waits for the transaction of a reader. Transactions are short. */
const BUSY_TIMEOUT_MS = 1000;

/** @returns why the result is not kept; null where the result is kept */
export function recordVerification(
  { fileSystem, path, catalog: asRead }: LocalRepository,
  record: VerificationRecord,
  checks: readonly ContentCheck[],
): string | null {
  if (asRead.verifications === null) return OLD_FORMAT;
  // The journal of an interrupted commit is left for the next writer, which rolls it back.
  if (fileSystem.stat(catalogJournalPath(path)) !== null) return 'a commit was cut off';
  let lock: WriteLock | null = null;
  try {
    lock = WriteLock.tryAcquireForMoment(lockPath(path), checkOpened(fileSystem, lockPath(path)));
    if (lock === null) return 'another process is writing to the repository';
    const onOpened = checkOpened(fileSystem, catalogPath(path));
    const options = { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS, onOpened };
    const catalog = Catalog.open(catalogPath(path), options);
    try {
      // The connection of the reader has the file open too, so `onOpened` alone does not prove the new one.
      if (!isOfSameRepository(catalog, asRead)) return 'the catalog was replaced';
      // The digests of tables would be written anew, over damage.
      requireSoundCatalog({ fileSystem, path, catalog });
      return recordAsWriter(catalog, record, checks);
    } finally {
      catalog.close();
    }
  } catch (error) {
    return (error as Error).message;
  } finally {
    lock?.release();
  }
}

function isOfSameRepository(a: Catalog, b: Catalog): boolean {
  const [own, other] = [a, b].map((catalog) => catalog.read(() => catalog.repository.get().uuid));
  return own === other;
}

/** As recordVerification, with the catalog of a writer. */
export function recordAsWriter(
  catalog: Catalog,
  record: VerificationRecord,
  checks: readonly ContentCheck[],
): string | null {
  const { verifications } = catalog;
  if (verifications === null) return OLD_FORMAT;
  catalog.annotate(() => {
    verifications.insert(record, checks);
  });
  return null;
}

const OLD_FORMAT = 'the repository has format 1; the next backup upgrades it';
