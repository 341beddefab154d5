// What this program says of one value, and what a real server says of it.
import { FileExaminer } from '../../../../../src/persistence/examine/examine-file.js';
import { judgeFile } from '../../../../../src/persistence/examine/judge-file.js';
import type { Verdict } from '../../../../../src/persistence/examine/verdict.js';
import type { WalkDepth } from '../../../../../src/persistence/rdb/walk-job.js';
import { crc64 } from '../../../../../src/persistence/rdb/crc64.js';
import { uninterrupted } from '../../../../../src/system/time/checkpoint.js';
import type { RedisServer } from '../../servers/redis-server.js';
import type { ValueVerdict } from './hostile-row.js';

export interface Value {
  /** The type byte. */
  readonly type: number;
  readonly bytes: Uint8Array | readonly number[];
}

/** What a server that crashes must not lose time with. */
export const FAST_CRASHES = { 'crash-log-enabled': 'no', 'crash-memcheck-enabled': 'no' } as const;

const RDB_VERSION = 10;

/** A dump that holds these entries and nothing else, with the right checksum or with none. */
export function dumpOfEntries(
  entries: Uint8Array | readonly number[],
  isSealed = true,
  version = RDB_VERSION,
): Buffer {
  const head = Buffer.from(`REDIS00${version}`);
  const dump = Buffer.concat([head, Buffer.from(entries), Buffer.from([0xff])]);
  return isSealed ? sealed(dump) : Buffer.concat([dump, Buffer.alloc(8)]);
}

/** A dump of one key. */
export function dumpOf({ type, bytes }: Value, isSealed = true, version = RDB_VERSION): Buffer {
  const entry = Buffer.concat([Buffer.from([type, 1, 0x6b]), Buffer.from(bytes)]);
  return dumpOfEntries(entry, isSealed, version);
}

export interface JudgeOptions {
  /** How much the examiner gets at a time: everything unless given. */
  readonly pieceBytes?: number;
  readonly depth?: WalkDepth;
}

export async function judgeDump(
  dump: Buffer,
  { pieceBytes = dump.length, depth = 'nightly' }: JudgeOptions = {},
): Promise<Verdict> {
  const examiner = new FileExaminer('dump', dump.length, uninterrupted, depth);
  for (let at = 0; at < dump.length; at += pieceBytes) {
    await examiner.push(dump.subarray(at, at + pieceBytes));
  }
  return judgeFile(await examiner.finish());
}

/** A server that is asked about values by RESTORE. One that crashes does not load the value; a new one goes on. */
export class ValueJudge {
  readonly #start: () => Promise<RedisServer>;
  #server: RedisServer | null = null;

  constructor(start: () => Promise<RedisServer>) {
    this.#start = start;
  }

  async server(): Promise<RedisServer> {
    this.#server ??= await this.#start();
    return this.#server;
  }

  /** A server that crashes is asked again when it is new: the value before may have damaged its memory. */
  async verdict(value: Value): Promise<ValueVerdict> {
    const isNew = this.#server === null;
    try {
      if (!(await this.#isAccepted(value, 'no'))) return 'broken';
      return (await this.#isAccepted(value, 'yes')) ? 'whole' : 'damaged';
    } catch {
      await this.close();
      return isNew ? 'broken' : this.verdict(value);
    }
  }

  async close(): Promise<void> {
    await this.#server?.kill();
    this.#server = null;
  }

  async #isAccepted({ type, bytes }: Value, sanitize: 'no' | 'yes'): Promise<boolean> {
    const { client } = await this.server();
    const version = Buffer.from([RDB_VERSION, 0]);
    const payload = sealed(Buffer.concat([Buffer.from([type]), Buffer.from(bytes), version]));
    await client.call('CONFIG', 'SET', 'sanitize-dump-payload', sanitize);
    try {
      await client.call('RESTORE', 'k', 0, payload, 'REPLACE');
      return true;
    } catch (error) {
      if (/Bad data format/.test(String(error))) return false;
      throw error;
    }
  }
}

/** The bytes with their checksum. */
export function sealed(bytes: Buffer): Buffer {
  const seal = Buffer.alloc(8);
  seal.writeBigUInt64LE(crc64(bytes));
  return Buffer.concat([bytes, seal]);
}
