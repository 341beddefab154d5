// Copies between a disk in memory and a real folder: a folder is read in as durable, and what survived a
// power loss is written out, so that the real program can run on it.
import * as fs from 'node:fs';
import { createHash } from 'node:crypto';
import {
  type BytePath,
  ROOT,
  joinPath,
  pathFromBytes,
  pathToBytes,
} from '../../../src/system/files/byte-path.js';
import type { NodeId, NodeMetadata } from './disk-steps.js';
import { Disk } from './disk.js';
import type { SurvivingDirectory } from './survivors.js';

/** A folder as it is, and as it would be after `sync`. */
export function readDisk(folder: BytePath): Disk {
  const disk = new Disk(metadataAt(folder));
  let last: NodeId = disk.root;
  const fill = (directory: NodeId, path: BytePath): void => {
    for (const bytes of fs.readdirSync(pathToBytes(path), { encoding: 'buffer' })) {
      const name = pathFromBytes(bytes);
      const below = joinPath(path, name);
      const stat = fs.lstatSync(pathToBytes(below));
      const type = stat.isDirectory() ? 'directory' : stat.isFile() ? 'file' : 'symlink';
      last += 1;
      const node = last;
      const target =
        type === 'symlink'
          ? pathFromBytes(fs.readlinkSync(pathToBytes(below), { encoding: 'buffer' }))
          : ROOT;
      const metadata = metadataAt(below);
      disk.apply({ kind: 'make', at: { directory, name }, node, type, metadata, target });
      if (type === 'file') {
        const content = fs.readFileSync(pathToBytes(below));
        disk.apply({ kind: 'write', node, position: 0, bytes: content });
      }
      if (type === 'directory') fill(node, below);
      disk.apply({ kind: 'describe', node, metadata });
    }
  };
  fill(disk.root, folder);
  disk.syncAll();
  return disk;
}

/** Makes the folder, which must not exist, with all that has survived. */
export function layTree(folder: BytePath, tree: SurvivingDirectory): void {
  const laid = new Map<NodeId, BytePath>();
  const lay = (path: BytePath, { entries, metadata }: SurvivingDirectory): void => {
    fs.mkdirSync(pathToBytes(path));
    for (const [name, entry] of entries) {
      const below = joinPath(path, name);
      const place = pathToBytes(below);
      if (entry.type === 'directory') {
        lay(below, entry);
        continue;
      }
      if (entry.type === 'symlink') fs.symlinkSync(pathToBytes(entry.target), place);
      else {
        const other = laid.get(entry.node);
        if (other !== undefined) {
          fs.linkSync(pathToBytes(other), place);
          continue;
        }
        fs.writeFileSync(place, entry.bytes);
        laid.set(entry.node, below);
      }
      describe(place, entry.metadata, entry.type === 'symlink');
    }
    describe(pathToBytes(path), metadata, false);
  };
  lay(folder, tree);
}

/** The same for trees that are laid alike; times that nobody has set count for nothing. */
export function fingerprint(tree: SurvivingDirectory): string {
  const hash = createHash('sha256');
  const seen = new Map<NodeId, number>();
  const add = ({ entries, metadata }: SurvivingDirectory): void => {
    hash.update(describeText(metadata));
    for (const [name, entry] of entries) {
      hash.update(`${name}\0${entry.type}\0`);
      if (entry.type === 'directory') add(entry);
      else {
        hash.update(describeText(entry.metadata));
        if (entry.type === 'symlink') hash.update(`${entry.target}\0`);
        else {
          if (!seen.has(entry.node)) seen.set(entry.node, seen.size);
          hash.update(`${seen.get(entry.node)}\0`).update(digestOf(entry.bytes));
        }
      }
    }
    hash.update('\0\0');
  };
  add(tree);
  return hash.digest('hex');
}

const digests = new WeakMap<Buffer, Buffer>();

function digestOf(bytes: Buffer): Buffer {
  const digest = digests.get(bytes) ?? createHash('sha256').update(bytes).digest();
  digests.set(bytes, digest);
  return digest;
}

function describeText({ mode, uid, gid, mtimeNs }: NodeMetadata): string {
  return `${mode} ${uid} ${gid} ${mtimeNs}\0`;
}

function metadataAt(path: BytePath): NodeMetadata {
  const { mode, uid, gid, mtimeNs } = fs.lstatSync(pathToBytes(path), { bigint: true });
  return { mode: Number(mode & 0o7777n), uid: Number(uid), gid: Number(gid), mtimeNs };
}

/** Times to the second: that is all that these tests set, and finer ones need another process. */
function describe(place: Buffer, metadata: NodeMetadata, isLink: boolean): void {
  fs.lchownSync(place, metadata.uid, metadata.gid);
  if (!isLink) fs.chmodSync(place, metadata.mode);
  if (metadata.mtimeNs === null) return;
  const seconds = Number(metadata.mtimeNs / 1_000_000_000n);
  fs.lutimesSync(place, seconds, seconds);
}
