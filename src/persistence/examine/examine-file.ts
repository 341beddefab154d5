// Examines a dump or an append-only file while its bytes pass by on their way into a backup: what it holds
// and how far it is understood. Nothing is guessed: a file that this program does not know is told apart
// from a damaged one (judge-file.ts).
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { type AofScan, AofScanStream } from '../aof/aof-scan.js';
import { RdbWalkStream } from '../rdb/rdb-walk-stream.js';
import type { WalkDepth } from '../rdb/walk-job.js';
import type { RdbWalk } from '../rdb/rdb-walk.js';
import { PACKING_HEAD_BYTES, type Packing, recognizePacking } from './packing.js';

/** `log`: a file of an AOF, which may begin with an RDB. */
export type ExaminedKind = 'dump' | 'log';

export interface FileExamination {
  readonly kind: ExaminedKind;
  /** Null unless the file is compressed as a whole. Nothing else is known of it then. */
  readonly packing: Packing | null;
  /** Null if a log does not begin with an RDB. */
  readonly rdb: RdbWalk | null;
  /** What follows the RDB. Null for a dump that nothing follows, and if the end of the RDB is not known. */
  readonly aof: AofScan | null;
}

const MAGIC = /^(?:REDIS|VALKE)/;
const MAGIC_BYTES = 5;

/** Takes the bytes of one file in order. It may work on another thread. */
export interface Examiner<Found = FileExamination> {
  /** Takes the next bytes. They may be reused when the promise settles. */
  push(bytes: Uint8Array): Promise<void>;
  /** Call this once, after all bytes were pushed. */
  finish(): Promise<Found>;
}

/** Examines a file on the thread that calls it. */
export class FileExaminer implements Examiner {
  readonly #kind: ExaminedKind;
  readonly #sizeBytes: number;
  readonly #checkpoint: Checkpoint;
  readonly #depth: WalkDepth;
  /** The first bytes, until there are enough to tell what the file is. */
  #head = Buffer.alloc(0);
  #pushedBytes = 0;
  #hasBegun = false;
  #packing: Packing | null = null;
  #rdb: RdbWalkStream | null = null;
  #aof: AofScanStream | null = null;

  /** @param sizeBytes how many bytes will be pushed in all */
  constructor(
    kind: ExaminedKind,
    sizeBytes: number,
    checkpoint: Checkpoint,
    depth: WalkDepth = 'nightly',
  ) {
    this.#depth = depth;
    this.#kind = kind;
    this.#sizeBytes = sizeBytes;
    this.#checkpoint = checkpoint;
  }

  async push(bytes: Uint8Array): Promise<void> {
    if (this.#hasBegun) return this.#take(bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    const isEnough = this.#head.length >= Math.min(PACKING_HEAD_BYTES, this.#sizeBytes);
    if (isEnough) await this.#begin();
  }

  async finish(): Promise<FileExamination> {
    // An empty file has pushed nothing.
    if (!this.#hasBegun) await this.#begin();
    const rdb = (await this.#rdb?.finish()) ?? null;
    return { kind: this.#kind, packing: this.#packing, rdb, aof: this.#aof?.finish() ?? null };
  }

  async #begin(): Promise<void> {
    this.#hasBegun = true;
    this.#packing = recognizePacking(this.#head);
    if (this.#packing !== null) return;
    const isRdb =
      this.#kind === 'dump' || MAGIC.test(this.#head.toString('latin1', 0, MAGIC_BYTES));
    const options = { checkpoint: this.#checkpoint, depth: this.#depth };
    if (isRdb) this.#rdb = new RdbWalkStream(this.#sizeBytes, options);
    else this.#aof = new AofScanStream();
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    await this.#take(head);
  }

  async #take(bytes: Uint8Array): Promise<void> {
    const startsAt = this.#pushedBytes;
    this.#pushedBytes += bytes.length;
    if (this.#rdb === null) {
      this.#aof?.push(bytes);
      return;
    }
    await this.#rdb.push(bytes);
    const { endAt } = this.#rdb;
    if (endAt === null || (this.#kind === 'dump' && endAt === this.#sizeBytes)) return;
    this.#aof ??= new AofScanStream(endAt);
    this.#aof.push(bytes.subarray(Math.max(0, endAt - startsAt)));
  }
}
