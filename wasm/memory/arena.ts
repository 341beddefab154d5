// Memory of one job. A job resets the arena and takes its buffers one after the other, most of them
// before it starts; what was taken last can be given back. Taken memory holds whatever was there before.

let top: usize = 0;

export function resetArena(): void {
  top = (__heap_base + 63) & ~63;
}

/** Takes `bytes`, aligned to 64, and grows memory where it must; traps where the machine has no more. */
export function take(bytes: usize): usize {
  const start = top;
  top = (start + bytes + 63) & ~63;
  const pages = i32((top + 0xffff) >> 16);
  const missing = pages - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) unreachable();
  return start;
}

/** Where the arena ends now: what is taken from here on can be given back by `rewindArena`. */
export function arenaTop(): usize {
  return top;
}

/** Gives back everything that was taken after `arenaTop` returned `to`. */
export function rewindArena(to: usize): void {
  top = to;
}
