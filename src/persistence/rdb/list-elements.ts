// The elements of one record: a set's members, a hash's fields with their values, a list's entries
// (wasm/rdb/rdb-elements.ts). A value that is one packed string has no elements that can be told apart.
// No command calls this yet. The shift of expiries will (a Valkey hash keeps one in each element), and so
// will the inspection of keys.
import type { ByteReader } from '../../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../../system/time/checkpoint.js';
import { instances } from '../../system/wasm/instance-pool.js';
import { STEP } from '../../system/wasm/step.js';
import { NO_HOST } from '../../system/wasm/wasm.js';
import type { RdbEngine } from './rdb-exports.js';
import { RdbFormatError } from './rdb-format-error.js';
import type { RdbFormat } from './rdb-format.js';
import type { MakeColumn } from './record-batch.js';

/** A record's value: its type and its place, as in RdbRecordBatch, and the format of the file. */
export interface RdbValue {
  readonly format: RdbFormat;
  readonly type: number;
  readonly valueAt: number;
  readonly endAt: number;
}

/** Some elements, one a row, in the order of the file. Only rows below `count` mean anything. */
export interface RdbElementBatch {
  readonly count: number;
  /** Offsets in the file of the element's first byte, and of the first byte after the element. */
  readonly elementAt: Float64Array;
  readonly endAt: Float64Array;
  /** Hash of the member, the field or the entry as it stands in the file. */
  readonly nameHash: BigUint64Array;
}

/** The columns of a batch are valid until the returned promise settles. */
type OnElements = (batch: RdbElementBatch) => void | Promise<void>;

export interface ListElementsOptions {
  readonly checkpoint?: Checkpoint;
}

/**
 * Hands out the elements of a value in batches.
 * @returns false if values of this type are one packed string, a stream or a module's: nothing is
 *   handed out then
 * @throws RdbFormatError when the value is not what the walk found there
 */
export async function listElements(
  reader: ByteReader,
  value: RdbValue,
  onElements: OnElements,
  options: ListElementsOptions = {},
): Promise<boolean> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const { format, type, valueAt, endAt } = value;
  return instances.run('small', NO_HOST, async (engine: RdbEngine) => {
    const { exports, view } = engine;
    const isValkey = format.magic === 'VALKEY' ? 1 : 0;
    if (exports.elementsOpen(isValkey, type, valueAt, endAt) === 0) return false;
    const toBatch = elementColumns(engine);
    let step: number = STEP.again;
    while (step !== STEP.end) {
      step = exports.elementsStep();
      const count = exports.elementsTakeBatch();
      if (count > 0) await onElements(toBatch(count));
      await checkpoint();
      if (step === STEP.error) {
        throw new RdbFormatError('value is not made of whole elements', exports.elementsNext());
      }
      if (step === STEP.needInput) {
        const position = exports.elementsNext();
        const wanted = Math.min(exports.elementsInputCapacity(), endAt - position);
        exports.elementsFeed(reader.read(view(exports.elementsInput(), wanted), position));
      }
    }
    return true;
  });
}

function elementColumns({ exports, view }: RdbEngine): (count: number) => RdbElementBatch {
  const rows = exports.elementsBatchCapacity();
  const column = <T>(Column: MakeColumn<T>, index: number): T => {
    const at = exports.elementsColumn(index);
    return new Column(view(at, rows * 8).buffer as ArrayBuffer, at, rows);
  };
  const elementAt = column(Float64Array, 0);
  const endAt = column(Float64Array, 1);
  const nameHash = column(BigUint64Array, 2);
  return (count) => ({ count, elementAt, endAt, nameHash });
}
