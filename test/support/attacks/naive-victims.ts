// Naive victims: what a script of root's would do. They look at a path, and then use the same path again.
import * as fs from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Owner } from '../redis/servers/redis-user.js';

/** As `cp -r`: looks at each entry, and copies it by its path. What is gone meanwhile is left out. */
export function copyNaively(from: string, to: string): void {
  const stat = fs.lstatSync(from, { throwIfNoEntry: false });
  if (stat?.isFile() === true) attempt(() => fs.writeFileSync(to, fs.readFileSync(from)));
  if (stat?.isDirectory() !== true) return;
  attempt(() => {
    fs.mkdirSync(to, { recursive: true });
    for (const name of fs.readdirSync(from)) {
      copyNaively(path.join(from, name), path.join(to, name));
    }
  });
}

export interface NaiveRestore {
  /** The folder in which the work folder is made. */
  readonly parent: string;
  /** Folders to make, the outermost first, and files, below the destination. '' is the destination. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
  /** An existing folder, or null for a new one that is put together in the work folder. */
  readonly into: string | null;
}

/** Makes files in a work folder, moves them to their places, and sets modes and owners by paths. */
export function restoreNaively({ parent, folders, files, into }: NaiveRestore): void {
  const work = path.join(parent, `.redis-rewind-restore-${process.pid}`);
  const [made, aside, whole] = ['made', 'aside', 'whole'].map((name) => path.join(work, name)) as [
    string,
    string,
    string,
  ];
  const top = into ?? whole;
  try {
    for (const folder of [work, made, aside]) fs.mkdirSync(folder, 0o700);
    for (const [index] of files.entries()) {
      fs.writeFileSync(path.join(made, String(index)), 'restored', { flag: 'wx' });
    }
    for (const [index] of files.entries()) {
      fs.lchownSync(path.join(made, String(index)), 102, 105);
      fs.chmodSync(path.join(made, String(index)), 0o4755);
    }
    for (const folder of folders) fs.mkdirSync(path.join(top, folder), { recursive: true });
    for (const [index, file] of files.entries()) {
      const to = path.join(top, file);
      if (fs.lstatSync(to, { throwIfNoEntry: false }) !== undefined) {
        fs.renameSync(to, path.join(aside, String(index)));
      }
      fs.renameSync(path.join(made, String(index)), to);
    }
    for (const folder of folders) {
      fs.chmodSync(path.join(top, folder), 0o755);
      fs.chownSync(path.join(top, folder), 102, 105);
    }
  } finally {
    removeNaively(work);
  }
}

/** As the usual recipe: moves the dump aside, puts another one in its place, and gives it to the server's user. */
export function recoverNaively(directory: string, { uid, gid }: Owner): void {
  const aside = `${directory}.before-recover-${process.pid}`;
  const dump = path.join(directory, 'dump.rdb');
  const work = path.join(directory, `.redis-rewind-restore-${process.pid}`);
  try {
    fs.mkdirSync(aside, 0o700);
    fs.renameSync(dump, path.join(aside, 'dump.rdb'));
    for (const folder of [work, path.join(work, 'made')]) fs.mkdirSync(folder, 0o700);
    const made = path.join(work, 'made/0');
    fs.writeFileSync(made, 'recovered');
    fs.chmodSync(made, 0o660);
    fs.chownSync(made, uid, gid);
    fs.renameSync(made, dump);
  } finally {
    removeNaively(work);
    removeNaively(aside);
  }
}

/** As `rm -r` of old: lists by path, and deletes by path. */
export function removeNaively(target: string): void {
  const stat = fs.lstatSync(target, { throwIfNoEntry: false });
  if (stat === undefined) return;
  if (!stat.isDirectory()) {
    attempt(() => fs.unlinkSync(target));
    return;
  }
  for (const name of fs.readdirSync(target)) removeNaively(path.join(target, name));
  attempt(() => fs.rmdirSync(target));
}

/** Looks at everything first, and then sets modes and owners by paths. */
export async function ownNaively(target: string, uid: number, gid: number): Promise<void> {
  const planned = pathsBelow(target);
  await delay(1);
  for (const name of planned) {
    attempt(() => fs.lchownSync(name, uid, gid));
    attempt(() => fs.chmodSync(name, 0o755));
  }
}

function pathsBelow(target: string): string[] {
  const stat = fs.lstatSync(target, { throwIfNoEntry: false });
  if (stat === undefined || stat.isSymbolicLink()) return [];
  if (!stat.isDirectory()) return [target];
  const below = fs.readdirSync(target).flatMap((name) => pathsBelow(path.join(target, name)));
  return [target, ...below];
}

function attempt(call: () => void): void {
  try {
    call();
  } catch {
    // It was gone, or something else.
  }
}
