// The records of keys that the walker finds, as columns in memory, which TypeScript reads too. Offsets
// are doubles, exact up to 2^53. Where record i lies in the file:
//   recordAt[i]  its first prefix (expiry, idle time, frequency), or its type byte if it has no prefix
//   typeAt[i]    its type byte; the key follows at typeAt + 1
//   valueAt[i]   its value
//   endAt[i]     the first byte after it
import { take } from "../memory/arena";

@unmanaged
export class RecordBatch {
  capacity: u32;
  count: u32;
  recordAt: usize;
  typeAt: usize;
  valueAt: usize;
  endAt: usize;
  /** When the key expires, in milliseconds since 1970; -1 if it does not. */
  expiresAt: usize;
  /** u64: hashBytes of the key as it stands in the file. The seed is the number of the database. */
  keyHash: usize;
  /** u32 */
  database: usize;
  /** u8 */
  type: usize;

  static create(capacity: u32): RecordBatch {
    const batch = changetype<RecordBatch>(take(offsetof<RecordBatch>()));
    batch.capacity = capacity;
    batch.count = 0;
    batch.recordAt = take(capacity * 8);
    batch.typeAt = take(capacity * 8);
    batch.valueAt = take(capacity * 8);
    batch.endAt = take(capacity * 8);
    batch.expiresAt = take(capacity * 8);
    batch.keyHash = take(capacity * 8);
    batch.database = take(capacity * 4);
    batch.type = take(capacity);
    return batch;
  }

  @inline
  add(
    recordAt: u64,
    typeAt: u64,
    valueAt: u64,
    endAt: u64,
    expiresAt: i64,
    keyHash: u64,
    database: u32,
    type: u32,
  ): void {
    const row = this.count;
    this.count = row + 1;
    store<f64>(this.recordAt + row * 8, f64(i64(recordAt)));
    store<f64>(this.typeAt + row * 8, f64(i64(typeAt)));
    store<f64>(this.valueAt + row * 8, f64(i64(valueAt)));
    store<f64>(this.endAt + row * 8, f64(i64(endAt)));
    store<f64>(this.expiresAt + row * 8, f64(expiresAt));
    store<u64>(this.keyHash + row * 8, keyHash);
    store<u32>(this.database + row * 4, database);
    store<u8>(this.type + row, u8(type));
  }
}
