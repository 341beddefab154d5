// Answers the questions from a catalog that is open on this machine. Each answer is one read transaction, so
// everything in it is of one state.
import type { Catalog } from '../../catalog/catalog.js';
import type {
  Content,
  ExaminationRecord,
  OwedOperation,
  Snapshot,
  SourceState,
  Version,
} from '../../catalog/records.js';
import { type DigestedTable, SNAPSHOT_TABLES } from '../../catalog/tables/table-digests.js';
import { isFullVerification } from '../../catalog/tables/verification-table.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { checkCopy } from '../check/check-copy.js';
import type { CatalogFaults, CatalogSizeFault, CopyCondition } from '../check/check-findings.js';
import { findOwnFaults, findSizeFault } from '../check/file-faults.js';
import { MirrorFiles } from '../contents/mirror-files.js';
import { type ContentPlan, planContent } from '../contents/plan-content.js';
import type { CatalogCopy } from '../copies/catalog-copy.js';
import type { LocalRepository } from '../local-repository.js';
import { type RemovalPlan, planRemoval } from '../removal/removal-plan.js';
import type {
  ContentSources,
  LastState,
  Remarks,
  RepositoryOverview,
  RepositoryQuestions,
  ContentRecords,
  VerificationHistory,
  VerificationScope,
} from './questions.js';

export class CatalogAnswers implements RepositoryQuestions {
  readonly fileSystem: FileSystem;
  readonly path: BytePath;
  readonly #catalog: Catalog;
  readonly #mirrorFiles: MirrorFiles;

  constructor({ fileSystem, path, catalog }: LocalRepository) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.#catalog = catalog;
    this.#mirrorFiles = new MirrorFiles(catalog, path);
  }

  generation(): number {
    return this.#read((catalog) => catalog.repository.get().generation);
  }

  overview(): RepositoryOverview {
    return this.#read((catalog) => {
      const increments = catalog.increments.list();
      const verifications = catalog.verifications?.list() ?? [];
      return {
        record: catalog.repository.get(),
        formatVersion: catalog.formatVersion,
        snapshots: catalog.snapshots.list(),
        increments: increments.length,
        incrementBytes: increments.reduce((sum, { storedBytes }) => sum + storedBytes, 0),
        isUnfinished: catalog.owed.list().length > 0,
        lastVerification: verifications[0] ?? null,
        lastFullVerification: verifications.find(isFullVerification) ?? null,
      };
    });
  }

  damagedTables(tables?: readonly DigestedTable[]): string[] {
    return this.#catalog.damagedTables(tables);
  }

  damagedSnapshotTables(): string[] {
    return this.#catalog.damagedTables(SNAPSHOT_TABLES);
  }

  requireNewestIsLast(): void {
    this.#read((catalog) => catalog.snapshots.nextId());
  }

  snapshots(): Snapshot[] {
    return this.#read((catalog) => catalog.snapshots.list());
  }

  newestSnapshot(): Snapshot | null {
    return this.#read((catalog) => catalog.snapshots.newest());
  }

  hasSnapshots(): boolean {
    return this.#read((catalog) => catalog.snapshots.count() > 0);
  }

  versionsOf(snapshotId: number): Version[] {
    return this.#read((catalog) => catalog.versions.listAt(snapshotId));
  }

  newestVersions(): Version[] {
    return this.#read((catalog) => catalog.versions.listNewest());
  }

  everHad(path: BytePath): boolean {
    return this.#read((catalog) => catalog.versions.everExisted(path));
  }

  contentRecords(): ContentRecords {
    return this.#read((catalog) => ({
      damagedContents: new Set(catalog.increments.listDamagedResults()),
      examinations: examinationsIn(catalog),
    }));
  }

  lastState(): LastState {
    return this.#read((catalog) => ({
      versions: catalog.versions.listNewest(),
      sourceStates: catalog.sourceStates.list(),
    }));
  }

  sourceStates(): SourceState[] {
    return this.#read((catalog) => catalog.sourceStates.list());
  }

  examinations(): Map<number, ExaminationRecord> {
    return this.#read(examinationsIn);
  }

  nextIncrementId(): number {
    return this.#read((catalog) => catalog.increments.nextId());
  }

  incrementIds(): number[] {
    return this.#read((catalog) => catalog.increments.ids());
  }

  longestChainBytes(contentId: number): number {
    return this.#read((catalog) => catalog.increments.longestChainBytes(contentId));
  }

  isUsed(content: Content): boolean {
    return this.#read((catalog) => catalog.versions.isUsed(content));
  }

  planContent(content: Content): ContentPlan {
    return this.#read((catalog) => planContent(catalog, this.#mirrorFiles, content));
  }

  mirrorCandidates(path: BytePath): BytePath[] {
    return this.#read(() => this.#mirrorFiles.candidatesOf(path));
  }

  contentSources(): ContentSources {
    return this.#read((catalog) => ({
      mirror: catalog.versions
        .listNewest()
        .flatMap(({ path, content }) =>
          content === null
            ? []
            : [{ path, content, candidates: this.#mirrorFiles.candidatesOf(path) }],
        ),
      increments: catalog.increments.list(),
    }));
  }

  remarks(): Remarks {
    return this.#read(({ remarks }) => ({
      marks: remarks?.marks.list() ?? [],
      tags: remarks?.tags.list() ?? [],
      alarms: remarks?.alarms.list() ?? [],
    }));
  }

  planRemoval(snapshotIds: ReadonlySet<number>): RemovalPlan {
    return this.#read((catalog) => planRemoval(catalog, snapshotIds));
  }

  owedOperations(): OwedOperation[] {
    return this.#read((catalog) => catalog.owed.list());
  }

  verificationScope(snapshotId: number | null): VerificationScope {
    return this.#read((catalog) => ({
      generation: catalog.repository.get().generation,
      versions:
        snapshotId === null ? catalog.versions.listAll() : catalog.versions.listAt(snapshotId),
      newest: catalog.versions.listNewest(),
    }));
  }

  verificationHistory(): VerificationHistory {
    return this.#read((catalog) => ({
      records: catalog.verifications?.list() ?? [],
      checkTimes: catalog.verifications?.checkTimes() ?? new Map<number, number>(),
    }));
  }

  catalogFaults(checkpoint: Checkpoint): Promise<CatalogFaults> {
    return findOwnFaults(this.#local(), checkpoint);
  }

  catalogSizeFault(): CatalogSizeFault | null {
    return findSizeFault(this.#local());
  }

  copyCondition(copy: CatalogCopy, checkpoint: Checkpoint): Promise<CopyCondition> {
    return checkCopy(this.#local(), copy, checkpoint);
  }

  #local(): LocalRepository {
    return { fileSystem: this.fileSystem, path: this.path, catalog: this.#catalog };
  }

  #read<T>(query: (catalog: Catalog) => T): T {
    return this.#catalog.read(() => query(this.#catalog));
  }
}

function examinationsIn(catalog: Catalog): Map<number, ExaminationRecord> {
  return catalog.examinations?.all() ?? new Map();
}
