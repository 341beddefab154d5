// The memory of one job. A job resets the arena and then takes its buffers one after another, most of
// them before it starts. What was taken last can be given back. Taken memory is not cleared.

let top: usize = 0;

export function resetArena(): void {
  top = (__heap_base + 63) & ~63;
}

/**
 * Takes `bytes`, aligned to 64. Grows memory if it must, and traps if the machine has no more.
 */
export function take(bytes: usize): usize {
  const start = top;
  top = (start + bytes + 63) & ~63;
  const pages = i32((top + 0xffff) >> 16);
  const missing = pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return start;
}

/** Where the arena ends now. `rewindArena` gives back what is taken from here on. */
export function arenaTop(): usize {
  return top;
}

/** Gives back everything that was taken after `arenaTop` returned `to`. */
export function rewindArena(to: usize): void {
  top = to;
}
