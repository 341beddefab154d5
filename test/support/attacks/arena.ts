// Where an attack takes place: a playground that belongs to the attacker, and folders that belong to root. One of
// these holds a secret, which nobody but root can read, write or list.
//
//   playground/   the attacker's. SOURCE, DEST or REPO is in it
//   secret/       root's, 0700: what an attack wants to read, or to change
//   own/          root's, 0700: what the victim makes elsewhere
//   kept/         root's, 0700: what a test makes once, and copies into each run
import { randomBytes } from 'node:crypto';
import * as fs from 'node:fs';
import path from 'node:path';
import { type Tree, readTree, treeDifferences } from '../files/directory-tree.js';
import { type TeardownContext, memoryDirectory } from '../files/temporary-directory.js';
import { type Owner, redisUser } from '../redis/servers/redis-user.js';

/** How deep the folders `d/d/d…` of the secret go; `shadow` is in each of them. */
export const DEEP = 12;

/** Names of files that a restore makes in its work folder, that a server saves, and that tests exchange. */
const HIDDEN = ['0', '1', '2', '3', '4', '5', 'dump.rdb', 'a', 'b', 'c', 'e'];

/** A time that Node.js sets exactly, so that no run starts another program to set it. */
export const WHOLE_SECOND = 1_700_000_000;

export class Arena {
  readonly root: string;
  /** Whom the playground belongs to: Debian's redis user. */
  readonly attacker: Owner;
  /** What stands in each file of the secret. */
  token = '';
  #before: Tree = {};

  /** @throws where this process is not root, or there is no redis user */
  static async create(t: TeardownContext): Promise<Arena> {
    const attacker = await redisUser();
    if (attacker === undefined) {
      throw new Error('attacks need root and the redis user of the package redis-server');
    }
    const arena = new Arena(await memoryDirectory(t), attacker);
    fs.mkdirSync(arena.kept, { mode: 0o700 });
    await arena.clear();
    return arena;
  }

  private constructor(root: string, attacker: Owner) {
    this.root = root;
    this.attacker = attacker;
  }

  get playground(): string {
    return path.join(this.root, 'playground');
  }

  get secret(): string {
    return path.join(this.root, 'secret');
  }

  get own(): string {
    return path.join(this.root, 'own');
  }

  get kept(): string {
    return path.join(this.root, 'kept');
  }

  /** A path in the playground. */
  at(...names: readonly string[]): string {
    return path.join(this.playground, ...names);
  }

  /** Everything anew. The attacker must stand still. */
  async clear(): Promise<void> {
    for (const folder of [this.playground, this.own]) emptyFolder(folder);
    fs.chmodSync(this.own, 0o700);
    this.give(this.playground);
    this.#hide();
    await this.remember();
  }

  /** Remembers the secret as it is now, so that `harm` does not tell of it. */
  async remember(): Promise<void> {
    this.#before = await readTree(this.secret);
  }

  /** What has changed in the secret: content, names, owners, modes, times. None is good. */
  async harm(): Promise<string[]> {
    return treeDifferences(this.#before, await readTree(this.secret));
  }

  /** Makes a folder of the attacker's, with its parents. */
  folder(name: string): string {
    const folder = this.at(name);
    if (!fs.existsSync(folder)) {
      this.folder(path.dirname(name));
      fs.mkdirSync(folder);
      fs.utimesSync(folder, WHOLE_SECOND, WHOLE_SECOND);
      this.give(folder);
    }
    return folder;
  }

  /** Makes a file of the attacker's, with its parents. */
  file(name: string, content: string): string {
    this.folder(path.dirname(name));
    const file = this.at(name);
    fs.writeFileSync(file, content);
    fs.utimesSync(file, WHOLE_SECOND, WHOLE_SECOND);
    this.give(file);
    return file;
  }

  /** Makes a link of the attacker's, with its parents. */
  link(name: string, target: string): string {
    this.folder(path.dirname(name));
    const link = this.at(name);
    fs.symlinkSync(target, link);
    this.give(link);
    return link;
  }

  /** Gives a file, link or folder to the attacker, and all that is below it. */
  give(target: string): void {
    fs.lchownSync(target, this.attacker.uid, this.attacker.gid);
    if (!fs.lstatSync(target).isDirectory()) return;
    for (const name of fs.readdirSync(target)) this.give(path.join(target, name));
  }

  #hide(): void {
    emptyFolder(this.secret);
    this.token = `secret-${randomBytes(12).toString('hex')}`;
    const folders = ['', 'sub', 'sub/deep'];
    for (let depth = 1; depth <= DEEP; depth += 1) folders.push('d/'.repeat(depth));
    for (const folder of folders) {
      fs.mkdirSync(path.join(this.secret, folder), { recursive: true });
      this.#hideFile(path.join(folder, 'shadow'));
    }
    // What a restore or a repair would reach through a link in place of its folder.
    this.#hideFile('sub/one');
    this.#hideFile('sub/deep/two');
    // One name is secret itself.
    for (const name of [...HIDDEN, this.token]) this.#hideFile(name);
    fs.chmodSync(this.secret, 0o700);
  }

  #hideFile(name: string): void {
    fs.writeFileSync(path.join(this.secret, name), `root:${this.token}:0:0\n`, { mode: 0o600 });
  }
}

function emptyFolder(folder: string): void {
  fs.rmSync(folder, { recursive: true, force: true });
  fs.mkdirSync(folder, { mode: 0o755 });
}

/** The files below a folder that hold the text, as the catalog or plain; links are not followed. */
export function filesWith(text: string, folder: string): string[] {
  if (!fs.existsSync(folder)) return [];
  return fs.readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) return filesWith(text, file);
    const isFound =
      entry.name.includes(text) || (entry.isFile() && fs.readFileSync(file).includes(text));
    return isFound ? [file] : [];
  });
}
