// Examines a file of which nothing says what it is, if it begins as a dump does: REDIS and four digits, or
// VALKEY and three. Any other file costs a look at its first bytes.
import type { Examiner, FileExamination } from './examine-file.js';

const HEADER = /^(?:REDIS[0-9]{4}|VALKEY[0-9]{3})$/;
const HEADER_BYTES = 9;

export class UnknownExaminer implements Examiner<FileExamination | null> {
  readonly #beginDump: () => Promise<Examiner>;
  /** The first bytes, as long as they are too few. */
  #head = Buffer.alloc(0);
  #dump: Examiner | null = null;

  /** @param beginDump called where it turns out to be one */
  constructor(beginDump: () => Promise<Examiner>) {
    this.#beginDump = beginDump;
  }

  async push(bytes: Uint8Array): Promise<void> {
    const missingBytes = HEADER_BYTES - this.#head.length;
    if (missingBytes > 0) {
      this.#head = Buffer.concat([this.#head, bytes.subarray(0, missingBytes)]);
      if (HEADER.test(this.#head.toString('latin1'))) {
        this.#dump = await this.#beginDump();
        await this.#dump.push(this.#head);
      }
    }
    const rest = bytes.subarray(Math.max(0, missingBytes));
    if (rest.length > 0) await this.#dump?.push(rest);
  }

  /** @returns null for what is no dump */
  async finish(): Promise<FileExamination | null> {
    return (await this.#dump?.finish()) ?? null;
  }
}
