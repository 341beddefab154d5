// The differ. Both files can be read, so bytes are compared with bytes and no checksums are needed. It
// writes the delta while it reads, in memory that does not depend on the size of the files: about 6 MiB,
// and an index within a budget if content has moved. wasm/diff/differ.ts describes the algorithm.
import type { ByteReader } from '../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../system/time/checkpoint.js';
import { STEP } from '../system/wasm/step.js';
import type { Emit } from './engine/emit.js';
import { SOURCE, withEngine } from './engine/engine.js';
import { SpilledBytes } from './engine/spilled-bytes.js';

export interface DiffOptions {
  readonly checkpoint?: Checkpoint;
  /**
   * How much memory the indexes of moved content may take: DEFAULT_MEMORY_BYTES unless given, and 1.5 GiB
   * at most. With less memory, two RDBs take more passes over the result, and in other files less is found.
   */
  readonly memoryBytes?: number;
  /** Stop once the delta is longer than this many bytes. The summary then says `gaveUp`. */
  readonly giveUpAtBytes?: number;
}

export interface DiffSummary {
  readonly copyCount: number;
  readonly literalCount: number;
  readonly copyBytes: number;
  readonly literalBytes: number;
  /** Length of the delta: the bytes that were emitted. */
  readonly deltaBytes: number;
  /** Whether the delta became longer than `giveUpAtBytes`. What was emitted is then not a delta. */
  readonly gaveUp: boolean;
}

const MIB = 1024 * 1024;
export const DEFAULT_MEMORY_BYTES = 384 * MIB;
const MEMORY_MOST_BYTES = 1536 * MIB;
/** The index of anchors gets this much, or an eighth of the memory if that is more. */
export const DEFAULT_INDEX_BYTES = 48 * MIB;

/**
 * Writes a complete librsync delta that rebuilds `result` from `basis`. Stock `rdiff patch` applies it
 * too. Both files are read from front to back. If content has moved, the basis is read once more, and at
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
