// Random access to a source, through a cache of pages. Each page has one slot it can be in. Neighbouring
// pages are neighbours in memory, so one long read can bring in several of them.
import { readSource } from "./host";
import { take } from "./arena";

const PAGE_LOG: u32 = 12;
export const PAGE: u32 = 1 << PAGE_LOG;
const NONE: u64 = u64.MAX_VALUE;
const MOST_READ_AHEAD: u32 = 64;
const FILL_BYTES: u32 = 1024 * 1024;

@unmanaged
export class Pages {
  source: i32;
  /** Number of slots, a power of two. */
  count: u32;
  buffer: usize;
  /** For each slot, the number of the page in it. */
  tags: usize;
  size: u64;
  /** The page after the last one read, and how many pages to read if it is asked for next. */
  next: u64;
  readAhead: u32;

  static create(source: i32, size: u64, mostBytes: u32): Pages {
    const pages = changetype<Pages>(take(offsetof<Pages>()));
    pages.source = source;
    pages.size = size;
    let count: u32 = 1;
    while (count * 2 * PAGE <= mostBytes && u64(count) * PAGE < size) count *= 2;
    pages.count = count;
    pages.buffer = take(count * PAGE + 64);
    pages.tags = take(count * 8);
    memory.fill(pages.tags, 0xff, count * 8);
    pages.next = NONE;
    pages.readAhead = 1;
    return pages;
  }

  /** The address of the byte at `position`, which is less than the size. Valid until the next call. */
  @inline
  at(position: u64): usize {
    const page = position >> PAGE_LOG;
    const slot = u32(page) & (this.count - 1);
    if (load<u64>(this.tags + slot * 8) != page) this.bringIn(page, slot);
    return this.buffer + (slot << PAGE_LOG) + (u32(position) & (PAGE - 1));
  }

  /** How many bytes from `position` on lie side by side in its page. */
  @inline
  run(position: u64): u32 {
    const left = PAGE - (u32(position) & (PAGE - 1));
    return u32(min(u64(left), this.size - position));
  }

  /** How many bytes lie side by side in the page of `position`, up to and including it. */
  @inline
  runBefore(position: u64): u32 {
    return (u32(position) & (PAGE - 1)) + 1;
  }

  /**
   * Reads as many pages as fit, from the first page on. One sequential pass is cheaper than the same pages
   * at random.
   */
  fill(): void {
    const bytes = min(u64(this.count) << PAGE_LOG, this.size);
    for (let done: u64 = 0; done < bytes; done += FILL_BYTES) {
      const part = u32(min(u64(FILL_BYTES), bytes - done));
      readSource(this.source, this.buffer + u32(done), part, done);
    }
    const pages = u32((bytes + PAGE - 1) >> PAGE_LOG);
    for (let i: u32 = 0; i < pages; i++) store<u64>(this.tags + i * 8, i);
  }

  private bringIn(page: u64, slot: u32): void {
    this.readAhead = page == this.next ? min(this.readAhead * 2, MOST_READ_AHEAD) : 1;
    const wanted = min(this.readAhead, this.count - slot);
    const start = page << PAGE_LOG;
    const bytes = u32(min(u64(wanted) << PAGE_LOG, this.size - start));
    const pages = (bytes + PAGE - 1) >> PAGE_LOG;
    // If the read throws, no slot may claim a page that is only half there.
    for (let i: u32 = 0; i < pages; i++) store<u64>(this.tags + (slot + i) * 8, NONE);
    readSource(this.source, this.buffer + (slot << PAGE_LOG), bytes, start);
    for (let i: u32 = 0; i < pages; i++) store<u64>(this.tags + (slot + i) * 8, page + i);
    this.next = page + pages;
  }
}
