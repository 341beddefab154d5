// What a server may send, checked byte by byte before the parser of ioredis sees it: that parser makes an
// array as long as the reply says, and keeps a text until its end. Each reply must be in RESP2, must have
// been asked for, and is bounded in every direction. So a hostile server costs neither time nor memory.
//
// The bounds come from the largest honest replies to the commands that are sent (INFO by sections, CONFIG
// GET by names, TIME, SENTINEL MASTERS and REPLICAS), each with a generous factor.

/** An error reply of Redis is one line of at most a few hundred bytes. */
const LINE_MOST_BYTES = 64 * 1024;
/** INFO keyspace has about 45 bytes for each database with keys: this is room for 20,000 of them. */
const TEXT_MOST_BYTES = 1024 * 1024;
/** SENTINEL MASTERS has about 40 items for each primary: this is room for 6,000 of them. */
const ITEMS_MOST = 256 * 1024;
/** SENTINEL MASTERS has about 700 bytes for each primary: this is room for 10,000 of them. */
const REPLY_MOST_BYTES = 8 * 1024 * 1024;
/** A list of lists, as in SENTINEL MASTERS, needs two. */
const DEPTH_MOST = 4;
/** A sign and the 19 digits of a 64-bit number. */
const NUMBER_MOST_BYTES = 20;

/** A reply that no server would send. */
export class RefusedReplyError extends Error {
  /** What is too much, as it follows "sends"; null for bytes that are not in the protocol. */
  readonly excess: string | null;

  constructor(excess: string | null) {
    super(excess ?? 'not in the protocol of Redis');
    this.name = 'RefusedReplyError';
    this.excess = excess;
  }
}

const CARRIAGE_RETURN = 0x0d;
const LINE_FEED = 0x0a;

/** The first byte of a reply, and of each item of a list. */
const TYPES: Readonly<Record<string, 'line' | 'number' | 'text' | 'list'>> = {
  '+': 'line',
  '-': 'line',
  ':': 'number',
  $: 'text',
  '*': 'list',
};

/** Where in a reply the next byte is. */
type Place = 'type' | 'line' | 'line-end' | 'text' | 'text-end';

export class ReplyGuard {
  #asked = 0;
  #begun = 0;
  #place: Place = 'type';
  #type: 'line' | 'number' | 'text' | 'list' = 'line';
  /** Of the current reply. */
  #replyBytes = 0;
  #replyItems = 0;
  /** How many items are still to come in each list that is open, outermost first. */
  readonly #lists: number[] = [];
  #lineBytes = 0;
  #digits = '';
  /** How many bytes of a text, or of the line end after it, are still to come. */
  #textBytesLeft = 0;

  /** A command is sent: one more reply may come. */
  expectReply(): void {
    this.#asked += 1;
  }

  /** Checks the next bytes from the server. @throws RefusedReplyError */
  take(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length;) {
      const count = this.#step(chunk, at);
      at += count;
      this.#replyBytes += count;
      if (this.#replyBytes > REPLY_MOST_BYTES) throw tooLarge();
    }
  }

  /** @returns how many bytes it has taken, at least one */
  #step(chunk: Uint8Array, at: number): number {
    if (this.#place === 'line') return this.#stepInLine(chunk, at);
    if (this.#place === 'text') return this.#stepInText(chunk.length - at);
    const byte = chunk[at] as number;
    if (this.#place === 'type') this.#begin(byte);
    else if (this.#place === 'line-end') this.#endLine(byte);
    else this.#endText(byte);
    return 1;
  }

  #stepInLine(chunk: Uint8Array, at: number): number {
    const found = chunk.indexOf(CARRIAGE_RETURN, at);
    const end = found < 0 ? chunk.length : found;
    this.#takeLine(chunk.subarray(at, end));
    if (found < 0) return end - at;
    this.#place = 'line-end';
    return end - at + 1;
  }

  #stepInText(availableBytes: number): number {
    const count = Math.min(this.#textBytesLeft, availableBytes);
    this.#textBytesLeft -= count;
    if (this.#textBytesLeft === 0) this.#expectTextEnd();
    return count;
  }

  #begin(byte: number): void {
    const type = TYPES[String.fromCharCode(byte)];
    if (type === undefined) throw new RefusedReplyError(null);
    if (this.#lists.length === 0) {
      // The first reply may come before the first command: a server that has too many clients says so.
      if (this.#begun >= Math.max(1, this.#asked)) {
        throw new RefusedReplyError('replies that were not asked for');
      }
      this.#begun += 1;
      this.#replyBytes = 0;
      this.#replyItems = 0;
    }
    this.#type = type;
    this.#place = 'line';
    this.#lineBytes = 0;
    this.#digits = '';
  }

  #takeLine(bytes: Uint8Array): void {
    this.#lineBytes += bytes.length;
    if (this.#type === 'line') {
      if (this.#lineBytes > LINE_MOST_BYTES) {
        throw new RefusedReplyError(`a line of more than ${LINE_MOST_BYTES} bytes`);
      }
      return;
    }
    if (this.#lineBytes > NUMBER_MOST_BYTES) throw new RefusedReplyError(null);
    this.#digits += Buffer.from(bytes).toString('latin1');
  }

  #endLine(byte: number): void {
    if (byte !== LINE_FEED) throw new RefusedReplyError(null);
    if (this.#type === 'line') {
      this.#endItem();
      return;
    }
    const isNumber = this.#type === 'number';
    if (!(isNumber ? /^[-+]?[0-9]+$/ : /^(?:[0-9]+|-1)$/).test(this.#digits)) {
      throw new RefusedReplyError(null);
    }
    const length = Number(this.#digits);
    if (this.#type === 'text' && length >= 0) this.#beginText(length);
    else if (this.#type === 'list' && length > 0) this.#beginList(length);
    else this.#endItem();
  }

  #beginText(length: number): void {
    if (length > TEXT_MOST_BYTES) {
      throw new RefusedReplyError(`a text of ${this.#digits} bytes`);
    }
    if (this.#replyBytes + length > REPLY_MOST_BYTES) throw tooLarge();
    this.#place = 'text';
    this.#textBytesLeft = length;
    if (length === 0) this.#expectTextEnd();
  }

  #expectTextEnd(): void {
    this.#place = 'text-end';
    this.#textBytesLeft = 2;
  }

  #endText(byte: number): void {
    const expected = this.#textBytesLeft === 2 ? CARRIAGE_RETURN : LINE_FEED;
    if (byte !== expected) throw new RefusedReplyError(null);
    this.#textBytesLeft -= 1;
    if (this.#textBytesLeft === 0) this.#endItem();
  }

  #beginList(length: number): void {
    this.#replyItems += length;
    if (this.#replyItems > ITEMS_MOST) {
      throw new RefusedReplyError(`a list of ${this.#digits} items`);
    }
    if (this.#lists.length === DEPTH_MOST) {
      throw new RefusedReplyError(`lists in lists, more than ${DEPTH_MOST} deep`);
    }
    this.#lists.push(length);
    this.#place = 'type';
  }

  /** An item is whole. It may have been the last one of its list, and that list the last of another. */
  #endItem(): void {
    this.#place = 'type';
    while (this.#lists.length > 0) {
      const left = (this.#lists.pop() as number) - 1;
      if (left === 0) continue;
      this.#lists.push(left);
      return;
    }
  }
}

function tooLarge(): RefusedReplyError {
  return new RefusedReplyError(`a reply of more than ${REPLY_MOST_BYTES} bytes`);
}
