// What a dump or an append-only file holds and whether a server would load it, found while its bytes pass
// by on their way into a backup. Nothing is guessed: what this program does not know is told apart from
// what is damaged.
import type { Checkpoint } from '../system/checkpoint.js';
import { type AofScan, AofScanStream } from './aof-scan.js';
import type { RdbWalk } from './rdb-walk.js';
import { RdbWalkStream } from './rdb-walk-stream.js';

/** `log`: a file of an AOF that may begin with an RDB. */
export type ExaminedKind = 'dump' | 'log';

/** `unknown`: a dump where it begins as one, and else nothing that is examined. */
export type ExpectedKind = ExaminedKind | 'unknown';

export interface FileExamination {
  readonly kind: ExaminedKind;
  /** Null in a log that does not begin with an RDB. */
  readonly rdb: RdbWalk | null;
  /** Null in a dump, and where the RDB at the beginning was not understood to its end. */
  readonly aof: AofScan | null;
}

/** As a server tells whether a log begins with an RDB (redis aof.c, loadSingleAppendOnlyFile). */
const MAGIC = /^(?:REDIS|VALKE)/;
const MAGIC_BYTES = 5;

/** The whole header, so that no other file is taken for a dump. */
const HEADER = /^(?:REDIS[0-9]{4}|VALKEY[0-9]{3})/;
const HEADER_BYTES = 9;

/** Takes the bytes of one file in order. */
export class FileExaminer {
  /** Null once it is known that there is nothing to examine. */
  #kind: ExpectedKind | null;
  readonly #sizeBytes: number;
  readonly #checkpoint: Checkpoint;
  /** The first bytes, until there are enough to tell what they begin. */
  #head = Buffer.alloc(0);
  #pushedBytes = 0;
  #rdb: RdbWalkStream | null = null;
  #aof: AofScanStream | null = null;

  /** @param sizeBytes how many bytes will be pushed in all */
  constructor(kind: ExpectedKind, sizeBytes: number, checkpoint: Checkpoint) {
    this.#kind = kind;
    this.#sizeBytes = sizeBytes;
    this.#checkpoint = checkpoint;
  }

  /** Takes the next bytes; they may be reused when the promise settles. */
  async push(bytes: Uint8Array): Promise<void> {
    if (this.#kind === null) return;
    if (this.#rdb !== null || this.#aof !== null) return this.#take(bytes);
    this.#head = Buffer.concat([this.#head, bytes]);
    const neededBytes = this.#kind === 'unknown' ? HEADER_BYTES : MAGIC_BYTES;
    if (this.#head.length >= Math.min(neededBytes, this.#sizeBytes)) await this.#begin();
  }

  /**
   * To be called once all bytes were pushed.
   * @returns null for a file of unknown kind that does not begin as a dump
   */
  async finish(): Promise<FileExamination | null> {
    // An empty file has pushed nothing.
    if (this.#rdb === null && this.#aof === null) await this.#begin();
    if (this.#kind === null || this.#kind === 'unknown') return null;
    const rdb = (await this.#rdb?.finish()) ?? null;
    return { kind: this.#kind, rdb, aof: this.#aof?.finish() ?? null };
  }

  async #begin(): Promise<void> {
    const beginning = this.#head.toString('latin1', 0, HEADER_BYTES);
    if (this.#kind === 'unknown') this.#kind = HEADER.test(beginning) ? 'dump' : null;
    if (this.#kind === null) {
      this.#head = Buffer.alloc(0);
      return;
    }
    if (this.#kind === 'dump' || MAGIC.test(beginning))
      this.#rdb = new RdbWalkStream(this.#sizeBytes, { checkpoint: this.#checkpoint });
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
    if (this.#kind === 'dump' || endAt === null) return;
    this.#aof ??= new AofScanStream(endAt);
    this.#aof.push(bytes.subarray(Math.max(0, endAt - startsAt)));
  }
}
