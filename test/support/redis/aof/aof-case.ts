// An AOF in a directory, as a server would find it at its start.
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Where ours or redis-check-aof differs from the server. docs/aof.md has a line for each. */
export const EXCEPTIONS = [
  'commands are not run',
  'versions that are not known',
  'redis-check-aof does not run commands',
  'redis-check-aof wants CR LF',
  'redis-check-aof keeps all bits of a count',
  'redis-check-aof counts MULTI and EXEC',
  'redis-check-aof reads shorter lines',
  'redis-check-aof knows a manifest by its first letters',
  'redis-check-aof takes an empty manifest for an AOF',
  'redis-check-aof wants a dump in a base only',
  'redis-check-aof knows no upgrade',
] as const;

export type Exception = (typeof EXCEPTIONS)[number];

export interface AofCase {
  readonly name: string;
  /** By paths below the server's directory. */
  readonly files: Readonly<Record<string, Buffer | Folder | Link>>;
  /** The files that a server loads, in order, if it loads anything. */
  readonly loaded: readonly string[];
  /** What redis-check-aof is asked about. */
  readonly checked: string;
  /** Why ours differs from the server. */
  readonly serverException?: Exception;
  /** Why redis-check-aof differs from the server. */
  readonly checkException?: Exception;
}

export interface Folder {
  readonly kind: 'folder';
}

export interface Link {
  readonly kind: 'link';
  readonly target: string;
}

export const FOLDER: Folder = { kind: 'folder' };

export function link(target: string): Link {
  return { kind: 'link', target };
}

export async function writeAofCase(directory: string, { files }: AofCase): Promise<void> {
  await mkdir(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(directory, name);
    await mkdir(path.dirname(file), { recursive: true });
    if (Buffer.isBuffer(content)) await writeFile(file, content);
    else if (content.kind === 'folder') await mkdir(file);
    else await symlink(content.target, file);
  }
}

export const AOF_FOLDER = 'appendonlydir';
export const AOF_NAME = 'appendonly.aof';
export const MANIFEST = `${AOF_FOLDER}/${AOF_NAME}.manifest`;
export const INCR = `${AOF_FOLDER}/${AOF_NAME}.1.incr.aof`;

/** A command of as many words. */
export function command(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

/** Sets a key whose name is in the bytes as it is: `k` and digits. */
export function set(number: number): string {
  return command('SET', `k${number}`, 'v');
}

/** Every key of `set` that is written in these bytes. */
export function keysIn(bytes: Buffer): string[] {
  return [...new Set(bytes.toString('latin1').match(/k[0-9]+/g))].toSorted();
}
