// What an append-only file holds, found while its bytes pass by: how far it is made of whole commands,
// which is where a copy must end to load, and what does not belong there.
import { instances } from '../../system/wasm/instance-pool.js';
import { STEP } from '../../system/wasm/step.js';
import type { AofExports } from './aof-exports.js';
import { type AofStop, describeAofStop } from './aof-stop-reasons.js';

export type AofEnd =
  /** The last byte ends a command, outside of a transaction. */
  | { readonly kind: 'whole' }
  /** The bytes end within a command, or within a transaction that has no EXEC yet. */
  | { readonly kind: 'cut'; readonly isTransaction: boolean }
  /** Bytes that no server writes. */
  | ({ readonly kind: 'stopped' } & AofStop);

export interface AofScan {
  /** Whole commands, those of an open transaction too. */
  readonly commands: number;
  /** Offset in the file after the last whole command outside of a transaction: what to keep. */
  readonly wholeBytes: number;
  /** Of the timestamps in the file, in seconds since 1970; null where there is none. */
  readonly firstTime: number | null;
  readonly lastTime: number | null;
  readonly end: AofEnd;
}

/** Takes the bytes of a file in order. One that is not finished holds about 300 KB. */
export class AofScanStream {
  readonly #engine = instances.take<AofExports>('small');
  #isStopped = false;

  /** @param startsAt offset in the file of the first byte that is pushed: what is before is an RDB */
  constructor(startsAt = 0) {
    this.#engine.exports.aofOpen(startsAt);
  }

  /** Takes the next bytes, which are used when it returns. */
  push(bytes: Uint8Array): void {
    const { exports, view } = this.#engine;
    const capacity = exports.aofInputCapacity();
    for (let at = 0; at < bytes.length && !this.#isStopped;) {
      const piece = bytes.subarray(at, at + capacity);
      view(exports.aofInput(), piece.length).set(piece);
      this.#isStopped = exports.aofFeed(piece.length) === STEP.error;
      at += piece.length;
    }
  }

  /** To be called once, when all bytes were pushed. */
  finish(): AofScan {
    const { exports } = this.#engine;
    const scan = {
      commands: exports.aofCommandCount(),
      wholeBytes: exports.aofBoundary(),
      firstTime: exports.aofFirstTime() || null,
      lastTime: exports.aofLastTime() || null,
      end: this.#end(),
    };
    instances.giveBack(this.#engine);
    return scan;
  }

  #end(): AofEnd {
    const { exports } = this.#engine;
    const reason = exports.aofStopReason();
    if (reason !== 0) {
      const stop = describeAofStop(reason, exports.aofStopValue(), exports.aofStopAt());
      return { kind: 'stopped', ...stop };
    }
    const isTransaction = exports.aofIsTransaction() !== 0;
    const isWhole = exports.aofIsWhole() !== 0 && !isTransaction;
    return isWhole ? { kind: 'whole' } : { kind: 'cut', isTransaction };
  }
}
