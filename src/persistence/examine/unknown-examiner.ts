// Examines a file that may be anything, if it begins like a dump: REDIS and four digits, or VALKEY and
// three. Of any other file, only the first bytes are looked at.
import type { Examiner, FileExamination } from './examine-file.js';

const HEADER = /^(?:REDIS[0-9]{4}|VALKEY[0-9]{3})$/;
const HEADER_BYTES = 9;

export class UnknownExaminer implements Examiner<FileExamination | null> {
  readonly #beginDump: () => Promise<Examiner>;
  /** The first bytes, while there are too few of them. */
  #head = Buffer.alloc(0);
  #dump: Examiner | null = null;

  /** @param beginDump called if the file turns out to be a dump */
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

  /** @returns null if the file is not a dump */
  async finish(): Promise<FileExamination | null> {
    return (await this.#dump?.finish()) ?? null;
  }
}
