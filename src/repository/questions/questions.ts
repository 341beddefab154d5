// The questions that a repository answers (decision 0010). Each answer is of one state of the catalog.
// Answers are plain values: records, and lists and maps of records. So a repository on another host could
// send them.
import type {
  AlarmRecord,
  Content,
  ExaminationRecord,
  Increment,
  Mark,
  OwedOperation,
  RepositoryRecord,
  Snapshot,
  SourceState,
  Tag,
  VerificationRecord,
  Version,
} from '../../catalog/records.js';
import type { DigestedTable } from '../../catalog/tables/table-digests.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import type { CatalogFaults, CatalogSizeFault, CopyCondition } from '../check/check-findings.js';
import type { ContentPlan } from '../contents/plan-content.js';
import type { CatalogCopy } from '../copies/catalog-copy.js';
import type { RemovalPlan } from '../removal/removal-plan.js';

/** Every question throws CorruptError where rows of the catalog cannot be read. */
export interface RepositoryQuestions {
  /** A number that every change of the catalog raises, except notes of verifications. */
  generation(): number;
  /** What the repository holds, in short. */
  overview(): RepositoryOverview;
  /** Those of the tables whose rows are not as they were written, by name. All tables unless some are given. */
  damagedTables(tables?: readonly DigestedTable[]): string[];
  /** As damagedTables, of the tables that say what snapshots there are. */
  damagedSnapshotTables(): string[];
  /** @throws CorruptError where the newest snapshot is not the one that was taken last */
  requireNewestIsLast(): void;
  /** Oldest first. */
  snapshots(): Snapshot[];
  /** Null where there is no snapshot yet. */
  newestSnapshot(): Snapshot | null;
  hasSnapshots(): boolean;
  /** The versions valid at a snapshot, in byte order of their paths. */
  versionsOf(snapshotId: number): Version[];
  /** The versions of the newest snapshot, in byte order of their paths. */
  newestVersions(): Version[];
  /** Whether any snapshot has the path, or something below it. */
  everHad(path: BytePath): boolean;
  contentRecords(): ContentRecords;
  /** What the next backup compares SOURCE with. */
  lastState(): LastState;
  /** The stat of each source file when it was last read, in no order. */
  sourceStates(): SourceState[];
  /** The examinations of all contents, by the ids of the contents. */
  examinations(): Map<number, ExaminationRecord>;
  /** The id that the next increment gets; ids are never reused. */
  nextIncrementId(): number;
  /** Ids of all increments in the catalog, in order. */
  incrementIds(): number[];
  /** The plain bytes of the longest chain of deltas that starts at a content; 0 where there is none. */
  longestChainBytes(contentId: number): number;
  /** Whether a snapshot still has the content: a removal may have taken the last one. */
  isUsed(content: Content): boolean;
  /** How to read a content. @throws CorruptError where nothing in the catalog leads to the content */
  planContent(content: Content): ContentPlan;
  /** Absolute paths where the mirror file of a path may be, in the order in which to look. */
  mirrorCandidates(path: BytePath): BytePath[];
  /** Everything that contents are read or rebuilt from. */
  contentSources(): ContentSources;
  /** What people say of snapshots, and what comparing them has found. */
  remarks(): Remarks;
  /** What the removal of these snapshots does. Without any: what an earlier removal has left to do. */
  planRemoval(snapshotIds: ReadonlySet<number>): RemovalPlan;
  /** The operations that the last commit still owes the mirror, in order. */
  owedOperations(): OwedOperation[];
  /** What a verification has to check. @param snapshotId one snapshot; null for all of them */
  verificationScope(snapshotId: number | null): VerificationScope;
  /** The verifications in the catalog, and when each content was last checked. */
  verificationHistory(): VerificationHistory;
  /** What is wrong with the catalog, as far as it can tell by itself. One snapshot at a time is read. */
  catalogFaults(checkpoint: Checkpoint): Promise<CatalogFaults>;
  /** Null where the catalog's file is as long as the catalog says, and during a commit. */
  catalogSizeFault(): CatalogSizeFault | null;
  /** Whether a copy of the catalog is whole, and whether it has the same rows as the catalog. */
  copyCondition(copy: CatalogCopy, checkpoint: Checkpoint): Promise<CopyCondition>;
}

export interface RepositoryOverview {
  readonly record: RepositoryRecord;
  readonly formatVersion: number;
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly increments: number;
  /** The sum of the sizes of all files in increments/. */
  readonly incrementBytes: number;
  /** Whether operations are still owed to the mirror. */
  readonly isUnfinished: boolean;
  readonly lastVerification: VerificationRecord | null;
  /** The last that compared every byte of every snapshot. Null where none is known. */
  readonly lastFullVerification: VerificationRecord | null;
}

/** Each list in order of the snapshots. All are empty in repositories of formats before 5. */
export interface Remarks {
  readonly marks: readonly Mark[];
  readonly tags: readonly Tag[];
  readonly alarms: readonly AlarmRecord[];
}

/** What is recorded of contents, by their ids. */
export interface ContentRecords {
  /** Ids of the contents whose mirror files were already damaged when their increments were made. */
  readonly damagedContents: ReadonlySet<number>;
  readonly examinations: ReadonlyMap<number, ExaminationRecord>;
}

export interface LastState {
  /** The versions of the newest snapshot, in byte order of their paths. */
  readonly versions: readonly Version[];
  readonly sourceStates: readonly SourceState[];
}

export interface ContentSources {
  /** The files of the mirror, in byte order of their paths. */
  readonly mirror: readonly MirroredContent[];
  /** In order of their ids. */
  readonly increments: readonly Increment[];
}

export interface MirroredContent {
  readonly path: BytePath;
  readonly content: Content;
  /** Absolute paths where the file may be, in the order in which to look. */
  readonly candidates: readonly BytePath[];
}

export interface VerificationScope {
  readonly generation: number;
  /** The versions of the one snapshot, or all versions. */
  readonly versions: readonly Version[];
  /** The versions of the newest snapshot, which the mirror should hold. */
  readonly newest: readonly Version[];
}

export interface VerificationHistory {
  /** Newest first. */
  readonly records: readonly VerificationRecord[];
  /** Whole UTC seconds since the epoch, by the ids of the contents. Contents never checked are left out. */
  readonly checkTimes: ReadonlyMap<number, number>;
}
