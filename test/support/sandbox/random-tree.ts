// A directory that changes at random in every way that a backup has to follow: contents, kinds,
// names, metadata. The same seed makes the same history.
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';
import { isRoot } from '../program/is-root.js';
import type { SeededRandom } from '../program/seeded-random.js';

const MOST_BYTES = 40_000;

export class RandomTree {
  readonly #root: string;
  readonly #random: SeededRandom;
  /** Contents there have been, some of which come back. */
  readonly #former: Buffer[] = [];
  #made = 0;

  constructor(root: string, random: SeededRandom) {
    this.#root = root;
    this.#random = random;
  }

  /** Does `count` changes. */
  async change(count: number): Promise<void> {
    const kinds = [
      () => this.#addFile(),
      () => this.#addFile(),
      () => this.#addFolder(),
      () => this.#addLink(),
      () => this.#edit(),
      () => this.#edit(),
      () => this.#grow(),
      () => this.#truncate(),
      () => this.#bringBack(),
      () => this.#delete(),
      () => this.#move(),
      () => this.#swap(),
      () => this.#turn(),
      () => this.#retouch(),
    ];
    for (let index = 0; index < count; index += 1) await this.#random.pick(kinds)();
  }

  async #addFile(): Promise<void> {
    await fs.writeFile(await this.#newPath(), this.#newContent());
  }

  async #addFolder(): Promise<void> {
    await fs.mkdir(await this.#newPath());
  }

  async #addLink(): Promise<void> {
    await fs.symlink(this.#random.word(8), await this.#newPath());
  }

  /** Writes over a part of a file, in place. */
  async #edit(): Promise<void> {
    const file = await this.#pickFile();
    if (file === null) return;
    const handle = await fs.open(file, 'r+');
    const { size } = await handle.stat();
    const patch = this.#random.bytes(this.#random.between(1, 300));
    await handle.write(patch, 0, patch.length, this.#random.below(size + 1));
    await handle.close();
  }

  async #grow(): Promise<void> {
    const file = await this.#pickFile();
    if (file !== null) await fs.appendFile(file, this.#random.bytes(this.#random.between(1, 3000)));
  }

  async #truncate(): Promise<void> {
    const file = await this.#pickFile();
    if (file === null) return;
    const { size } = await fs.stat(file);
    await fs.truncate(file, this.#random.below(size + 1));
  }

  /** A content that was somewhere before, perhaps of another file, perhaps still there. */
  async #bringBack(): Promise<void> {
    const file = (await this.#pickFile()) ?? (await this.#newPath());
    if (this.#former.length > 0) await fs.writeFile(file, this.#random.pick(this.#former));
  }

  async #delete(): Promise<void> {
    const victim = await this.#pick(() => true);
    if (victim !== null) await fs.rm(victim, { recursive: true });
  }

  async #move(): Promise<void> {
    const from = await this.#pick(() => true);
    if (from === null) return;
    const to = await this.#newPath();
    if (!to.startsWith(`${from}/`)) await fs.rename(from, to);
  }

  /** Two entries of any kind take each other's names. */
  async #swap(): Promise<void> {
    const first = await this.#pick(() => true);
    const second = await this.#pick(
      (name) =>
        first !== null && !`${name}/`.startsWith(`${first}/`) && !first.startsWith(`${name}/`),
    );
    if (first === null || second === null) return;
    const aside = path.join(this.#root, 'aside while two are swapped');
    await fs.rename(first, aside);
    await fs.rename(second, first);
    await fs.rename(aside, second);
  }

  /** An entry becomes one of another kind under the same name. */
  async #turn(): Promise<void> {
    const victim = await this.#pick(() => true);
    if (victim === null) return;
    await fs.rm(victim, { recursive: true });
    const kind = this.#random.below(3);
    if (kind === 0) await fs.writeFile(victim, this.#newContent());
    else if (kind === 1) await fs.symlink(this.#random.word(5), victim);
    else {
      await fs.mkdir(victim);
      await fs.writeFile(path.join(victim, this.#random.word(3)), this.#newContent());
    }
  }

  /** Owner, mode or time alone. */
  async #retouch(): Promise<void> {
    const victim = await this.#pick(() => true);
    if (victim === null) return;
    const isLink = (await fs.lstat(victim)).isSymbolicLink();
    const kind = this.#random.below(3);
    if (kind === 0 && !isLink) await fs.chmod(victim, 0o700 | this.#random.below(0o100));
    if (kind === 1 && isRoot) {
      await fs.lchown(victim, this.#random.below(70_000), this.#random.below(70_000));
    }
    if (kind === 2) {
      const mtimeNs = BigInt(this.#random.below(2 ** 31)) * 1_000_000_000n + 123_456_789n;
      new RealFileSystem().setModificationTimes([{ path: pathFromText(victim), mtimeNs }]);
    }
  }

  #newContent(): Buffer {
    const content = this.#random.bytes(
      this.#random.chance(10) ? 0 : this.#random.below(MOST_BYTES),
    );
    this.#former.push(content);
    return content;
  }

  /** A free name in a folder that there is. */
  async #newPath(): Promise<string> {
    const folders = [this.#root];
    for (const name of await this.#list()) {
      if ((await fs.lstat(name)).isDirectory()) folders.push(name);
    }
    this.#made += 1;
    return path.join(this.#random.pick(folders), `${this.#random.word(2)}${this.#made}`);
  }

  async #pickFile(): Promise<string | null> {
    const files: string[] = [];
    for (const name of await this.#list()) {
      if ((await fs.lstat(name)).isFile()) files.push(name);
    }
    return files.length === 0 ? null : this.#random.pick(files);
  }

  async #pick(isMeant: (name: string) => boolean): Promise<string | null> {
    const names = (await this.#list()).filter(isMeant);
    return names.length === 0 ? null : this.#random.pick(names);
  }

  async #list(): Promise<string[]> {
    const names = await fs.readdir(this.#root, { recursive: true });
    return names.toSorted().map((name) => path.join(this.#root, name));
  }
}
