// The arguments of this process, hidden from other users of the machine.

/**
 * Takes the arguments of this process out of what `ps` shows from now on; they were readable since it
 * was started, so this makes a password in them less exposed, not secret.
 */
export function hideArguments(): void {
  process.title = 'redis-rewind';
}
