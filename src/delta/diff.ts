// The differ: both files can be read, so bytes are compared with bytes and no checksums are needed.
// It writes while it reads, in memory that does not depend on the files' sizes: about 6 MiB, and where
// content has moved an index within a budget. The algorithm is described in wasm/diff/differ.ts.
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import type { Emit } from './emit.js';
import { SOURCE, withEngine } from './engine.js';
import { STEP } from '../system/wasm/step.js';
import { SpilledBytes } from './spilled-bytes.js';

export interface DiffOptions {
  readonly checkpoint?: Checkpoint;
  /**
   * The most memory that indexes of moved content may take: DEFAULT_MEMORY_BYTES unless given, 1.5 GiB at
   * most. Less costs passes over the result where both files are RDBs, and finds less where they are not.
   */
  readonly memoryBytes?: number;
  /** Stop once the delta is longer than this many bytes; the summary then says `gaveUp`. */
  readonly giveUpAtBytes?: number;
}

export interface DiffSummary {
  readonly copyCount: number;
  readonly literalCount: number;
  readonly copyBytes: number;
  readonly literalBytes: number;
  /** Bytes emitted: the length of the delta. */
  readonly deltaBytes: number;
  /** True where the delta outgrew `giveUpAtBytes`: what was emitted is then no complete delta. */
  readonly gaveUp: boolean;
}

const MIB = 1024 * 1024;
export const DEFAULT_MEMORY_BYTES = 384 * MIB;
const MEMORY_MOST_BYTES = 1536 * MIB;
/** Of the index of anchors, unless there is so much memory that it is an eighth of it. */
export const DEFAULT_INDEX_BYTES = 48 * MIB;

/**
 * Writes a complete librsync delta that rebuilds `result` from `basis`, which stock `rdiff patch`
 * applies too. Both are read from front to back, the basis once more where content has moved, and at
 * scattered places to verify what is found. COPY ranges are exact to the byte.
 */
export async function diff(
  basis: ByteReader,
  result: ByteReader,
  emit: Emit,
  options: DiffOptions = {},
): Promise<DiffSummary> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const giveUpAtBytes = options.giveUpAtBytes ?? Number.POSITIVE_INFINITY;
  const memoryBytes = Math.min(options.memoryBytes ?? DEFAULT_MEMORY_BYTES, MEMORY_MOST_BYTES);
  const indexBytes = Math.min(memoryBytes, Math.max(DEFAULT_INDEX_BYTES, memoryBytes / 8));
  const finds = new SpilledBytes();
  const host = {
    sources: { [SOURCE.basis]: basis, [SOURCE.result]: result, [SOURCE.finds]: finds },
    stores: { [SOURCE.finds]: finds },
  };
  const job = withEngine(host, async ({ exports, view }) => {
    exports.diffOpen(basis.sizeBytes, result.sizeBytes, indexBytes, memoryBytes);
    let deltaBytes = 0;
    let step: number = STEP.again;
    while (step !== STEP.end && deltaBytes <= giveUpAtBytes) {
      step = exports.diffStep();
      const length = exports.takeWriterOutput();
      if (length > 0) {
        deltaBytes += length;
        await emit(view(exports.writerOutput(), length));
      }
      await checkpoint();
    }
    return {
      copyCount: exports.writerCopyCount(),
      literalCount: exports.writerLiteralCount(),
      copyBytes: exports.writerCopyBytes(),
      literalBytes: exports.writerLiteralBytes(),
      deltaBytes,
      gaveUp: deltaBytes > giveUpAtBytes,
    };
  });
  return job.finally(() => finds.close());
}
