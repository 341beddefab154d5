// Whom a test's redis-server runs as. Root runs it as Debian's redis user, as a real one does, so
// that files have owners other than the one who backs them up; any other user runs it under their own name.
import { readFile } from 'node:fs/promises';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The owner to start servers as; undefined where this process is not root or there is no such user. */
export async function redisUser(): Promise<Owner | undefined> {
  if (process.geteuid?.() !== 0) {
    return undefined;
  }
  const passwd = await readFile('/etc/passwd', 'utf8');
  const entry = /^redis:[^:]*:(\d+):(\d+):/m.exec(passwd);
  return entry === null ? undefined : { uid: Number(entry[1]), gid: Number(entry[2]) };
}
