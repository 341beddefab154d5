// The real file system, which writes down what happens below one folder: the second implementation
// of the FileSystem interface that design asks for, together with the disk that replays it. Nothing
// is really synced: the disk knows what would have been. SQLite writes past this interface, so its
// files are looked at before each step; what is new in them is a commit, durable at once.
import { existsSync, readFileSync } from 'node:fs';
import {
  type BytePath,
  ROOT,
  baseName,
  isWithin,
  joinPath,
  parentPath,
  pathToBytes,
} from '../../../src/system/files/byte-path.js';
import {
  type FileDescriptor,
  type OpenMode,
  RealFileSystem,
} from '../../../src/system/files/file-system.js';
import type { ModificationTime } from '../../../src/system/files/metadata/modification-times.js';
import type { DiskStep, NameAt, NodeId, NodeMetadata, NodeType } from './disk-steps.js';
import type { Disk } from './disk.js';

const OWN = { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };

export class RecordingFileSystem extends RealFileSystem {
  readonly steps: DiskStep[] = [];
  readonly #disk: Disk;
  readonly #folder: BytePath;
  readonly #databases: readonly BytePath[];
  readonly #open = new Map<FileDescriptor, NodeId>();
  #nextNode: NodeId;

  /**
   * @param disk what `folder`, an absolute real path, holds now; it is kept up to date
   * @param databases paths below the folder that SQLite writes
   */
  constructor(disk: Disk, folder: BytePath, databases: readonly BytePath[]) {
    super();
    this.#disk = disk;
    this.#folder = folder;
    this.#databases = databases;
    this.#nextNode = Math.max(...disk.nodes.keys()) + 1;
  }

  override open(path: BytePath, mode: OpenMode): FileDescriptor {
    const file = super.open(path, mode);
    if (mode === 'create') this.#make(path, 'file', 0o600);
    const node = this.#find(path);
    if (node !== null) this.#open.set(file, node);
    return file;
  }

  /** This disk clones nothing: the bytes of a copy are then written, and recorded. */
  override cloneInto(): boolean {
    return false;
  }

  override makeHardLink(): never {
    throw new Error('this disk does not record hard links');
  }

  override close(file: FileDescriptor): void {
    this.#open.delete(file);
    super.close(file);
  }

  override write(file: FileDescriptor, bytes: Uint8Array, position: number): void {
    super.write(file, bytes, position);
    this.#stepOn(file, (node) => ({ kind: 'write', node, position, bytes: Buffer.from(bytes) }));
  }

  override truncate(file: FileDescriptor, sizeBytes: number): void {
    super.truncate(file, sizeBytes);
    this.#stepOn(file, (node) => ({ kind: 'truncate', node, sizeBytes }));
  }

  override sync(file: FileDescriptor): void {
    this.#stepOn(file, (node) => ({ kind: 'sync', node }));
  }

  override async syncInBackground(file: FileDescriptor): Promise<void> {
    this.sync(file);
  }

  override chmodOpen(file: FileDescriptor, mode: number): void {
    super.chmodOpen(file, mode);
    this.#stepOn(file, (node) => ({ kind: 'describe', node, metadata: { mode } }));
  }

  override chownOpen(file: FileDescriptor, uid: number, gid: number): void {
    super.chownOpen(file, uid, gid);
    this.#stepOn(file, (node) => ({ kind: 'describe', node, metadata: { uid, gid } }));
  }

  override makeDirectory(path: BytePath, mode: number): void {
    super.makeDirectory(path, mode);
    this.#make(path, 'directory', mode);
  }

  override makeLink(target: BytePath, path: BytePath): void {
    super.makeLink(target, path);
    this.#make(path, 'symlink', 0o777, target);
  }

  override rename(from: BytePath, to: BytePath): void {
    super.rename(from, to);
    const [source, target] = [this.#nameAt(from), this.#nameAt(to)];
    if (source === null && target === null) return;
    if (source === null || target === null) throw new Error('a rename across the edge of the disk');
    this.#step({ kind: 'rename', from: source, to: target });
  }

  override unlink(path: BytePath): void {
    super.unlink(path);
    this.#remove(path);
  }

  override removeDirectory(path: BytePath): void {
    super.removeDirectory(path);
    this.#remove(path);
  }

  override setModificationTimes(entries: readonly ModificationTime[]): BytePath[] {
    const failed = super.setModificationTimes(entries);
    for (const { path, mtimeNs } of entries) {
      if (!failed.includes(path)) this.#describe(path, { mtimeNs });
    }
    return failed;
  }

  /** Writes down what SQLite has done since the last step. */
  noteDatabases(): void {
    for (const database of this.#databases) {
      const node = this.#disk.find(database);
      const place = pathToBytes(joinPath(this.#folder, database));
      // It may just have been renamed: its bytes are noted under the other name then.
      if (node === null || !existsSync(place)) continue;
      const bytes = readFileSync(place);
      if (!bytes.equals(node.bytes)) this.#record({ kind: 'database', node: node.id, bytes });
    }
  }

  #make(path: BytePath, type: NodeType, mode: number, target: BytePath = ROOT): void {
    const at = this.#nameAt(path);
    if (at === null) return;
    const metadata: NodeMetadata = { mode, ...OWN, mtimeNs: null };
    this.#step({ kind: 'make', at, node: this.#nextNode, type, metadata, target });
    this.#nextNode += 1;
  }

  #remove(path: BytePath): void {
    const at = this.#nameAt(path);
    if (at !== null) this.#step({ kind: 'remove', at });
  }

  #describe(path: BytePath, metadata: Partial<NodeMetadata>): void {
    const node = this.#find(path);
    if (node !== null) this.#step({ kind: 'describe', node, metadata });
  }

  #stepOn(file: FileDescriptor, step: (node: NodeId) => DiskStep): void {
    const node = this.#open.get(file);
    if (node !== undefined) this.#step(step(node));
  }

  #step(step: DiskStep): void {
    this.noteDatabases();
    this.#record(step);
  }

  #record(step: DiskStep): void {
    this.steps.push(step);
    this.#disk.apply(step);
  }

  #nameAt(path: BytePath): NameAt | null {
    const directory = this.#find(parentPath(path));
    return directory === null ? null : { directory, name: baseName(path) };
  }

  #find(path: BytePath): NodeId | null {
    if (!isWithin(path, this.#folder)) return null;
    return this.#disk.find(path.slice(this.#folder.length + 1) as BytePath)?.id ?? null;
  }
}
