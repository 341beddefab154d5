// What a repository can be asked, and what it answers (decision 0010). Each question is answered from one
// state of the catalog. Answers are plain values: records, lists and maps of them. A repository on another
// host could send them.
import type {
  Content,
  ExaminationRecord,
  Increment,
  OwedOperation,
  RepositoryRecord,
  Snapshot,
  SourceState,
  VerificationRecord,
  Version,
} from '../../catalog/records.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { ContentPlan } from '../contents/plan-content.js';
import type { CatalogCopy } from '../copies/catalog-copy.js';

/** All of them throw CorruptError where rows of the catalog cannot be read. */
export interface RepositoryQuestions {
  /** A number that every change of the catalog raises, except notes of verifications. */
  generation(): number;
  /** What the repository holds, in short. */
  overview(): RepositoryOverview;
  /** Oldest first. */
  snapshots(): Snapshot[];
  /** Null where there is none yet. */
  newestSnapshot(): Snapshot | null;
  /** The versions valid at a snapshot, in byte order of their paths. */
  versionsOf(snapshotId: number): Version[];
  /** The versions of the newest snapshot, in byte order of their paths. */
  newestVersions(): Version[];
  /** Whether any snapshot has the path, or something below it. */
  everHad(path: BytePath): boolean;
  /** The versions of a snapshot, with what is known of their contents. */
  listingOf(snapshotId: number): SnapshotListing;
  /** What the next backup compares SOURCE with. */
  lastState(): LastState;
  /** The stat of each source file when it was last read, in no order. */
  sourceStates(): SourceState[];
  /** What was found in contents when they were read, by the ids of the contents. */
  examinations(): Map<number, ExaminationRecord>;
  /** The id that the next increment gets; ids are never reused. */
  nextIncrementId(): number;
  /** Ids of all increments that the catalog knows, in order. */
  incrementIds(): number[];
  /** The plain bytes of the longest chain of deltas that hangs on a content; 0 where none does. */
  longestChainBytes(contentId: number): number;
  /** How to read a content. @throws CorruptError where nothing in the catalog leads to it */
  planContent(content: Content): ContentPlan;
  /** Absolute paths where the mirror file of a path may be, in the order in which to look. */
  mirrorPlaces(path: BytePath): BytePath[];
  /** Everything that contents are read or rebuilt from. */
  contentSources(): ContentSources;
  /** What the last commit still owes the mirror, in order. */
  owedOperations(): OwedOperation[];
  /** What a verification has to look at. @param snapshotId one snapshot; null for all of them */
  verificationScope(snapshotId: number | null): VerificationScope;
  /** The verifications that were noted, and when each content was last checked. */
  verificationHistory(): VerificationHistory;
  /** What is wrong with the rows of the catalog, as far as the catalog itself can tell. */
  catalogFaults(): CatalogFaults;
  /** Null where the catalog's file is as long as the catalog says, or a commit is going on. */
  catalogSizeFault(): CatalogSizeFault | null;
  /** Whether a copy of the catalog is whole and has the rows that the catalog has. */
  copyCondition(copy: CatalogCopy): Promise<CopyCondition>;
}

export interface RepositoryOverview {
  /** Null in a damaged catalog that has lost it. */
  readonly record: RepositoryRecord | null;
  readonly formatVersion: number;
  /** Oldest first. */
  readonly snapshots: readonly Snapshot[];
  readonly increments: number;
  /** What the files of all increments take together. */
  readonly incrementBytes: number;
  /** Whether operations are still owed on the mirror. */
  readonly isUnfinished: boolean;
  readonly lastVerification: VerificationRecord | null;
}

export interface SnapshotListing {
  /** In byte order of their paths. */
  readonly versions: readonly Version[];
  /** Ids of the contents of which only damaged bytes were there to be kept. */
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
  readonly places: readonly BytePath[];
}

export interface VerificationScope {
  readonly generation: number;
  /** Of the one snapshot, or all that there ever were. */
  readonly versions: readonly Version[];
  /** Of the newest snapshot: what the mirror should hold. */
  readonly newest: readonly Version[];
}

export interface VerificationHistory {
  /** Newest first. */
  readonly records: readonly VerificationRecord[];
  /** Whole UTC seconds since the epoch, by the ids of the contents; without those never checked. */
  readonly checkTimes: ReadonlyMap<number, number>;
}

export interface CatalogFaults {
  /** What SQLite's own checks find, a line each. */
  readonly integrity: readonly string[];
  /** Ids of the snapshots whose rows are not those that their commits wrote, oldest first. */
  readonly damagedSnapshots: readonly number[];
  /** How many examinations are not as they were written. */
  readonly damagedExaminations: number;
  /** Snapshots with names that no restore would follow, oldest first. */
  readonly unsafeNames: readonly UnsafeName[];
}

export interface UnsafeName {
  readonly snapshotId: number;
  /** What is wrong, and with which name. */
  readonly message: string;
}

/** SQLite takes the end of a last page that is cut off for zeros, and says nothing. */
export interface CatalogSizeFault {
  readonly fileBytes: number;
  readonly catalogBytes: number;
}

export type CopyCondition =
  /** `hasRowsOfCatalog`: see hasRowsOf in check/catalog-faults.ts; null where the two are of different states. */
  | {
      readonly kind: 'opened';
      /** The newest snapshot in the copy. */
      readonly newestId: number | null;
      readonly faults: CatalogFaults;
      readonly hasRowsOfCatalog: boolean | null;
    }
  /** A backup that runs deletes the oldest copy. */
  | { readonly kind: 'gone' }
  | { readonly kind: 'unreadable'; readonly why: string };
