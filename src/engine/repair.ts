// `verify --repair`: the catalog from its last sound copy, the mirror from wherever its bytes still are,
// then every byte verified. Nothing is deleted: what is replaced is kept. Each step may be cut off and
// done again.
import type { OpenRepository, WritableRepository } from '../repository/open-repository.js';
import { openLocked, requireSomeRepository } from '../repository/open-repository.js';
import { acquireLock } from '../repository/acquire-lock.js';
import { KeptFolder } from '../repository/kept-folder.js';
import { requireOwnFolders } from '../repository/own-folders.js';
import { noteIn } from '../repository/record-verification.js';
import { requireSafeNames } from './check-names.js';
import { repairCatalog, repairCopies } from './repair-catalog.js';
import { repairMirror } from './repair-mirror.js';
import type { RepairReport, RepairStep } from './reports.js';
import type { RepairRequest } from './requests.js';
import type { RunContext } from './run-context.js';
import { verifyOpen } from './verify.js';

/** What a repair works on, whatever state the catalog is in. */
export interface RepairRun {
  readonly request: RepairRequest;
  readonly context: RunContext;
  readonly kept: KeptFolder;
  /** What was done so far. */
  readonly steps: RepairStep[];
}

/**
 * @throws NoRepositoryError, LockedError, NewerFormatError; CorruptError where the catalog is damaged and
 *   none of its copies is sound. What cannot be put right else is in the report.
 */
export async function repair(request: RepairRequest, context: RunContext): Promise<RepairReport> {
  const { fileSystem } = context;
  const { repository: path } = request;
  requireSomeRepository(fileSystem, path);
  requireOwnFolders(fileSystem, path);
  const lock = await acquireLock(fileSystem, path, { ...context, waitLockMs: request.waitLockMs });
  try {
    const kept = new KeptFolder(fileSystem, path);
    const run: RepairRun = { request, context, kept, steps: [] };
    await repairCatalog(run, { fileSystem, path });
    const repository = openLocked({ fileSystem, path }, context.uid);
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

async function repairNewest(run: RepairRun, repository: WritableRepository): Promise<void> {
  const newest = repository.catalog.read(() => repository.catalog.versions.listNewest());
  requireSafeNames(newest);
  await repairMirror(run, repository, newest);
}

async function report(
  { request, context, steps }: RepairRun,
  repository: OpenRepository,
): Promise<RepairReport> {
  const result = await verifyOpen(repository, { ...request, time: null }, context);
  const { catalog } = repository;
  catalog.annotate(() => noteIn(catalog, result.record, result.checks));
  return { ...result.report, repairs: steps };
}
