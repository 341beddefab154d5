// Hides the arguments of this process from other users of the machine, since one may be a password.

/**
 * Removes the arguments from what `ps` shows. Until this call they could be read, so a password among them
 * is less exposed, but not secret.
 */
export function hideArguments(): void {
  process.title = 'redis-rewind';
}
