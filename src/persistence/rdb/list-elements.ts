// The elements of one record: a set's members, a hash's fields with their values, a list's entries
// (wasm/rdb/rdb-elements.ts). Of values that are one packed string there are none to be told apart.
import type { ByteReader } from '../../system/files/byte-reader.js';
import { type Checkpoint, uninterrupted } from '../../system/time/checkpoint.js';
import { type RdbEngine, giveBackRdbEngine, takeRdbEngine } from './rdb-engine.js';
import { STEP } from './rdb-exports.js';
import { RdbFormatError } from './rdb-format-error.js';
import type { RdbFormat } from './rdb-format.js';

/** Where a record's value lies; as RdbRecordBatch has it. */
export interface RdbValuePlace {
  readonly type: number;
  readonly valueAt: number;
  readonly endAt: number;
}

/** Some elements, one a row, in the order of the file; only rows below `count` mean anything. */
export interface RdbElementBatch {
  readonly count: number;
  /** Offsets in the file of the element's first byte, and of the first after it. */
  readonly elementAt: Float64Array;
  readonly endAt: Float64Array;
  /** Hash of the member, the field or the entry as it stands in the file. */
  readonly nameHash: BigUint64Array;
}

export interface ListElementsOptions {
  readonly checkpoint?: Checkpoint;
}

/**
 * Hands out the elements of a value in batches, whose columns are valid only until the promise that
 * `onElements` returns settles. False, and none, where values of this type are one packed string, a
 * stream or a module's.
 * @throws RdbFormatError when the value is not what the walk found there.
 */
export async function listElements(
  reader: ByteReader,
  format: RdbFormat,
  place: RdbValuePlace,
  onElements: (batch: RdbElementBatch) => void | Promise<void>,
  options: ListElementsOptions = {},
): Promise<boolean> {
  const checkpoint = options.checkpoint ?? uninterrupted;
  const { type, valueAt, endAt } = place;
  const engine = takeRdbEngine();
  const { exports, view } = engine;
  if (exports.elementsOpen(format.magic === 'VALKEY' ? 1 : 0, type, valueAt, endAt) === 0) {
    giveBackRdbEngine(engine);
    return false;
  }
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
  giveBackRdbEngine(engine);
  return true;
}

function elementColumns({ exports, view }: RdbEngine): (count: number) => RdbElementBatch {
  const rows = exports.elementsBatchCapacity();
  const bytes = (column: number): [ArrayBuffer, number, number] => {
    const at = exports.elementsColumn(column);
    return [view(at, rows * 8).buffer as ArrayBuffer, at, rows];
  };
  const elementAt = new Float64Array(...bytes(0));
  const endAt = new Float64Array(...bytes(1));
  const nameHash = new BigUint64Array(...bytes(2));
  return (count) => ({ count, elementAt, endAt, nameHash });
}
