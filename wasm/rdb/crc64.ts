// CRC-64/Jones, the checksum at the end of every RDB since version 5: reflected, initial value and final
// xor zero. Sixteen tables take sixteen bytes a round ("slicing by 16"). They are made when a job starts.
import { resetArena, take } from "../memory/arena";

/** Polynomial ad93d23594c935a9 with its bits reversed (redis crc64.c). */
const POLYNOMIAL: u64 = 0x95ac9329ac4bc9b5;
const SLICES: u32 = 16;
const TABLE_BYTES: u32 = 256 * 8;

/** Table k says what each byte becomes when k zero bytes follow. */
let tables: usize = 0;

/** Takes 32 KiB of the arena. Call it in every job before crc64. */
export function openCrc64(): void {
  tables = take(SLICES * TABLE_BYTES);
  for (let byte: u32 = 0; byte < 256; byte++) {
    let value = u64(byte);
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (value & 1 ? POLYNOMIAL : 0);
    store<u64>(tables + byte * 8, value);
  }
  for (let slice: u32 = 1; slice < SLICES; slice++) {
    for (let byte: u32 = 0; byte < 256; byte++) {
      const before = load<u64>(tables + (slice - 1) * TABLE_BYTES + byte * 8);
      store<u64>(tables + slice * TABLE_BYTES + byte * 8, lookUp(0, before) ^ (before >> 8));
    }
  }
}

// @ts-ignore: decorator
@inline
function lookUp(slice: u32, value: u64): u64 {
  return load<u64>(tables + slice * TABLE_BYTES + ((usize(value) & 0xff) << 3));
}

/** The checksum of `length` bytes at `at`, after bytes with the checksum `crc` (0 at the beginning). */
export function crc64(crc: u64, at: usize, length: usize): u64 {
  const end = at + length;
  while (at + 16 <= end) {
    const a = load<u64>(at) ^ crc;
    const b = load<u64>(at, 8);
    crc =
      lookUp(15, a) ^
      lookUp(14, a >> 8) ^
      lookUp(13, a >> 16) ^
      lookUp(12, a >> 24) ^
      lookUp(11, a >> 32) ^
      lookUp(10, a >> 40) ^
      lookUp(9, a >> 48) ^
      lookUp(8, a >> 56) ^
      lookUp(7, b) ^
      lookUp(6, b >> 8) ^
      lookUp(5, b >> 16) ^
      lookUp(4, b >> 24) ^
      lookUp(3, b >> 32) ^
      lookUp(2, b >> 40) ^
      lookUp(1, b >> 48) ^
      lookUp(0, b >> 56);
    at += 16;
  }
  while (at < end) {
    crc = lookUp(0, crc ^ u64(load<u8>(at))) ^ (crc >> 8);
    at++;
  }
  return crc;
}

const INPUT_CAPACITY: u32 = 64 * 1024;
let input: usize = 0;
let checksum: u64 = 0;

/** Starts a job that sums up the bytes that are fed. */
export function crcOpen(): void {
  resetArena();
  openCrc64();
  input = take(INPUT_CAPACITY);
  checksum = 0;
}

/** Where the next bytes go: at most crcInputCapacity of them. */
export function crcInput(): usize {
  return input;
}

export function crcInputCapacity(): u32 {
  return INPUT_CAPACITY;
}

export function crcFeed(length: u32): void {
  checksum = crc64(checksum, input, length);
}

export function crcValue(): u64 {
  return checksum;
}
