// A disk as a power loss finds it: what is durable, what is not yet, and what of that may survive.
// Bytes, size and metadata of a file are durable after its fsync; a name (made, renamed or removed)
// after the fsync of its directory. Until then each change may be lost or kept, whatever becomes of
// the others. A rename is one change as long as neither directory has been synced; once one has, the
// other name alone may be lost or kept, so that a file may have both names, or none. A directory
// that is renamed has one name or the other: it says itself where it is (its `..`).
import { type BytePath, ROOT } from '../../../src/system/files/byte-path.js';
import type { DiskStep, NameAt, NodeId, NodeMetadata, NodeType } from './disk-steps.js';

export interface DiskNode {
  readonly id: NodeId;
  readonly type: NodeType;
  /** Of a link. */
  readonly target: BytePath;
  /** Bytes as of the last fsync, and what has been done to them since. */
  durableBytes: Buffer;
  bytes: Buffer;
  unsynced: DataChange[];
  durableMetadata: NodeMetadata;
  metadata: NodeMetadata;
  /** Names in a directory as of its last fsync, and as a process sees them. */
  readonly durableNames: Map<BytePath, NodeId>;
  readonly names: Map<BytePath, NodeId>;
}

export interface DataChange {
  readonly position: number;
  /** Null for a truncation to `position`. */
  readonly bytes: Buffer | null;
}

/** One call's changes of names that are not durable yet. */
export interface NameChange {
  readonly parts: readonly (NameAt & { readonly node: NodeId | null })[];
}

const NO_BYTES = Buffer.alloc(0);

export class Disk {
  readonly nodes = new Map<NodeId, DiskNode>();
  /** In the order in which they were made. */
  pendingNames: readonly NameChange[] = [];
  readonly root: NodeId = 0;

  constructor(metadata: NodeMetadata) {
    this.#add(this.root, 'directory', ROOT, metadata);
  }

  /** The node at a path relative to the root, as a process sees it; null where there is none. */
  find(path: BytePath): DiskNode | null {
    let node: DiskNode | undefined = this.nodes.get(this.root);
    for (const name of path === ROOT ? [] : path.split('/')) {
      const id = node?.names.get(name as BytePath);
      node = id === undefined ? undefined : this.nodes.get(id);
    }
    return node ?? null;
  }

  node(id: NodeId): DiskNode {
    const node = this.nodes.get(id);
    if (node === undefined) throw new Error(`no node ${id}`);
    return node;
  }

  /** Another disk with the same on it. */
  copy(): Disk {
    const copy = new Disk(this.node(this.root).metadata);
    for (const [id, node] of this.nodes) {
      const { durableNames, names } = node;
      copy.nodes.set(id, { ...node, durableNames: new Map(durableNames), names: new Map(names) });
    }
    copy.pendingNames = this.pendingNames;
    return copy;
  }

  apply(step: DiskStep): void {
    switch (step.kind) {
      case 'make':
        this.#add(step.node, step.type, step.target, step.metadata);
        this.#change([{ ...step.at, node: step.node }]);
        break;
      case 'rename': {
        const moved = this.node(step.from.directory).names.get(step.from.name) ?? null;
        if (this.node(step.to.directory).names.get(step.to.name) === moved) break;
        this.#change([
          { ...step.to, node: moved },
          { ...step.from, node: null },
        ]);
        break;
      }
      case 'remove':
        this.#change([{ ...step.at, node: null }]);
        break;
      case 'write':
        this.#changeData(step.node, { position: step.position, bytes: step.bytes });
        break;
      case 'truncate':
        this.#changeData(step.node, { position: step.sizeBytes, bytes: null });
        break;
      case 'describe': {
        const node = this.node(step.node);
        node.metadata = { ...node.metadata, ...step.metadata };
        // No call syncs a link.
        if (node.type === 'symlink') node.durableMetadata = node.metadata;
        break;
      }
      case 'sync':
        this.#sync(this.node(step.node));
        break;
      case 'database': {
        const node = this.node(step.node);
        node.bytes = step.bytes;
        node.durableBytes = step.bytes;
        break;
      }
    }
  }

  /** Makes everything durable. */
  syncAll(): void {
    for (const node of this.nodes.values()) this.#sync(node);
  }

  #add(id: NodeId, type: NodeType, target: BytePath, metadata: NodeMetadata): void {
    this.nodes.set(id, {
      id,
      type,
      target,
      durableBytes: NO_BYTES,
      bytes: NO_BYTES,
      unsynced: [],
      durableMetadata: metadata,
      metadata,
      durableNames: new Map(),
      names: new Map(),
    });
  }

  #change(parts: NameChange['parts']): void {
    for (const { directory, name, node } of parts) {
      const parent = this.node(directory);
      setName(parent.names, name, node);
      parent.metadata = { ...parent.metadata, mtimeNs: null };
    }
    this.pendingNames = [...this.pendingNames, { parts }];
  }

  #changeData(id: NodeId, change: DataChange): void {
    const node = this.node(id);
    node.bytes = applyChange(node.bytes, change);
    node.unsynced = [...node.unsynced, change];
    node.metadata = { ...node.metadata, mtimeNs: null };
  }

  #isDirectory(id: NodeId): boolean {
    return this.node(id).type === 'directory';
  }

  #sync(node: DiskNode): void {
    node.durableBytes = node.bytes;
    node.unsynced = [];
    node.durableMetadata = node.metadata;
    const left: NameChange[] = [];
    for (const { parts } of this.pendingNames) {
      const isTouched = parts.some(({ directory }) => directory === node.id);
      const isWhole = parts.some((part) => part.node !== null && this.#isDirectory(part.node));
      const isDurable = ({ directory }: NameAt): boolean =>
        directory === node.id || (isTouched && isWhole);
      for (const part of parts.filter(isDurable)) {
        setName(this.node(part.directory).durableNames, part.name, part.node);
      }
      const others = parts.filter((part) => !isDurable(part));
      if (others.length > 0) left.push({ parts: others });
    }
    this.pendingNames = left;
  }
}

export function setName(names: Map<BytePath, NodeId>, name: BytePath, node: NodeId | null): void {
  if (node === null) names.delete(name);
  else names.set(name, node);
}

/** The bytes after a change; what lies between the old end and a write beyond it is zero. */
export function applyChange(bytes: Buffer, { position, bytes: written }: DataChange): Buffer {
  const sizeBytes = written === null ? position : Math.max(bytes.length, position + written.length);
  const changed = Buffer.alloc(sizeBytes);
  bytes.copy(changed, 0, 0, Math.min(bytes.length, sizeBytes));
  written?.copy(changed, position);
  return changed;
}
