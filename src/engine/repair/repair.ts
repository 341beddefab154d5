// `verify --repair`: rebuilds the catalog from its last sound copy, puts the mirror back from wherever the
// bytes still are, then verifies every byte. Nothing is deleted: what is replaced is kept. A step that is
// cut off can be done again.
import { requireSafeNames } from '../../repository/check/check-names.js';
import { KeptFolder } from '../../repository/copies/kept-folder.js';
import { acquireLock } from '../../repository/open/acquire-lock.js';
import { holdRepository } from '../../repository/open/hold-repository.js';
import {
  openForReading,
  openLocked,
  requireSomeRepository,
} from '../../repository/open/open-repository.js';
import { requireOwnFolders } from '../../repository/open/own-folders.js';
import type { OpenRepository, WritableRepository } from '../../repository/repository.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { Note } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { VERIFY_ALL, verifyOpen } from '../verify/verify.js';
import { repairCatalog, repairCopies } from './repair-catalog.js';
import { repairMirror } from './repair-mirror.js';
import type { RepairReport } from './repair-report.js';
import type { RepairRequest } from './repair-request.js';
import type { RepairRun } from './repair-run.js';

/**
 * @throws NoRepositoryError, LockedError, NewerFormatError; CorruptError where the catalog is damaged and
 *   none of its copies is sound. Other damage that cannot be put right is in the report.
 */
export async function repair(request: RepairRequest, context: RunContext): Promise<RepairReport> {
  const { fileSystem } = context;
  const held = holdRepository(fileSystem, request.repository);
  try {
    return {
      ...(await repairHeld(request, context, held.path)),
      repository: formatPath(request.repository),
    };
  } finally {
    held.release();
  }
}

async function repairHeld(
  request: RepairRequest,
  context: RunContext,
  path: BytePath,
): Promise<RepairReport> {
  const { fileSystem } = context;
  requireOwnFolders(fileSystem, path);
  requireSomeRepository(fileSystem, path);
  const lock = await acquireLock(fileSystem, path, { ...context, waitLockMs: request.waitLockMs });
  try {
    const kept = new KeptFolder(fileSystem, path);
    const run: RepairRun = { request, context, kept, steps: [] };
    const left = await repairCatalog(run, { fileSystem, path });
    if (left !== null) return await reportOnly(run, path, left);
    const writer = { ...context, actingUid: context.uid };
    const repository = await openLocked({ fileSystem, path }, writer);
    try {
      await repairCopies(run, repository);
      await repairNewest(run, repository);
      return await report(run, repository);
    } finally {
      repository.close();
    }
  } finally {
    lock.release();
  }
}

/** A catalog that was left damaged is not written. Verifying tells what is wrong with it. */
async function reportOnly(run: RepairRun, path: BytePath, left: Note): Promise<RepairReport> {
  const repository = openForReading(run.context.fileSystem, path);
  try {
    const { report: found } = await verifyOpen(repository, VERIFY_ALL, run.context);
    return { ...found, notes: [...found.notes, left], repairs: run.steps };
  } finally {
    repository.close();
  }
}

async function repairNewest(run: RepairRun, repository: WritableRepository): Promise<void> {
  const newest = repository.newestVersions();
  requireSafeNames(newest);
  await repairMirror(run, repository, newest);
}

async function report(
  { context, steps }: RepairRun,
  repository: OpenRepository,
): Promise<RepairReport> {
  const result = await verifyOpen(repository, VERIFY_ALL, context);
  repository.noteVerification(result.record, result.checks);
  return { ...result.report, repairs: steps };
}
