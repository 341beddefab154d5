// Scans an append-only file while its bytes pass by: how many commands it holds, where a copy must end so
// that it loads, and whether there are bytes at which a server gives up.
import { instances } from '../../system/wasm/instance-pool.js';
import { STEP } from '../../system/wasm/step.js';
import type { AofExports } from './aof-exports.js';
import { type AofStop, describeAofStop } from './aof-stop-reasons.js';

export type AofEnd =
  /** The last byte ends a command outside of a transaction, or is within an annotation. */
  | { readonly kind: 'whole' }
  /** The file ends within a command, or within a transaction that has no EXEC. */
  | { readonly kind: 'cut'; readonly isTransaction: boolean }
  /** There are bytes at which a server gives up. */
  | ({ readonly kind: 'stopped' } & AofStop);

export interface AofScan {
  /** How many whole commands there are, also in an open transaction. */
  readonly commands: number;
  /** Offset after the last whole command outside of a transaction. Keep the bytes before it. */
  readonly wholeBytes: number;
  /** From the timestamps in the file, in seconds since 1970. Null if it has none. */
  readonly firstTimeSeconds: number | null;
  readonly lastTimeSeconds: number | null;
  readonly end: AofEnd;
}

/** Takes the bytes of a file in order. Until it is finished, it holds about 300 KB. */
export class AofScanStream {
  readonly #engine = instances.take<AofExports>('small');
  #isStopped = false;

  /** @param startsAt offset in the file of the first byte that is pushed, if an RDB comes before */
  constructor(startsAt = 0) {
    this.#engine.exports.aofOpen(startsAt);
  }

  /** Takes the next bytes. They are used up when this returns. */
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

  /** Call this once, after all bytes were pushed. */
  finish(): AofScan {
    const { exports } = this.#engine;
    exports.aofEnd();
    const scan = {
      commands: exports.aofCommandCount(),
      wholeBytes: exports.aofBoundary(),
      firstTimeSeconds: exports.aofFirstTime() || null,
      lastTimeSeconds: exports.aofLastTime() || null,
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
