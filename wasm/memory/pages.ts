// Random access to a source through a direct-mapped cache of pages. Neighbouring pages lie side by
// side in memory, so that sequential misses are answered by one longer read.
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
  /** Number of pages, a power of two. */
  count: u32;
  buffer: usize;
  /** For each slot the number of the page in it. */
  tags: usize;
  size: u64;
  /** The page after the last that was read, and how many pages to read when it is next. */
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

  /** Where the byte at `position` (less than the size) lies; good until the next call. */
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

  /** How many bytes up to and with `position` lie side by side in its page. */
  @inline
  runBefore(position: u64): u32 {
    return (u32(position) & (PAGE - 1)) + 1;
  }

  /** Brings in the first pages, all of them where they fit: sequentially, before there is random access. */
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
    // A read that throws must leave no page half filled under its old number.
    for (let i: u32 = 0; i < pages; i++) store<u64>(this.tags + (slot + i) * 8, NONE);
    readSource(this.source, this.buffer + (slot << PAGE_LOG), bytes, start);
    for (let i: u32 = 0; i < pages; i++) store<u64>(this.tags + (slot + i) * 8, page + i);
    this.next = page + pages;
  }
}
