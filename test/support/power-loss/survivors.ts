// What a power loss may leave of a disk: everything that was not synced is gone, or there; each
// single change is the only one that is gone, or that is there; the bytes of a file are the old ones,
// zeros, or only begun; and some mixtures at random. Lazily, since most are the same as others.
import { type BytePath, compareBytes } from '../../../src/system/files/byte-path.js';
import type { SeededRandom } from '../program/seeded-random.js';
import type { NodeId, NodeMetadata } from './disk-steps.js';
import { type Disk, type DiskNode, applyChange, setName } from './disk.js';

/** What became of bytes that were written and not synced. */
const FATES = ['kept', 'lost', 'zeros', 'torn'] as const;
type Fate = (typeof FATES)[number];

interface Choice {
  readonly keepsName: (index: number) => boolean;
  readonly fateOf: (node: NodeId) => Fate;
  readonly keepsMetadata: (node: NodeId) => boolean;
}

/** A directory with all that is in it, as a machine finds it when it starts again. */
export interface SurvivingDirectory {
  readonly metadata: NodeMetadata;
  readonly entries: readonly (readonly [name: BytePath, entry: SurvivingEntry])[];
}

export type SurvivingEntry =
  | ({ readonly type: 'directory' } & SurvivingDirectory)
  /** Names with the same `node` are names of one file. */
  | {
      readonly type: 'file';
      readonly node: NodeId;
      readonly metadata: NodeMetadata;
      readonly bytes: Buffer;
    }
  | { readonly type: 'symlink'; readonly metadata: NodeMetadata; readonly target: BytePath };

export interface Survivor {
  /** Says what was lost. */
  readonly title: string;
  readonly tree: SurvivingDirectory;
}

export function* survivorsOf(
  disk: Disk,
  random: SeededRandom,
  mixtures: number,
): Generator<Survivor, void, undefined> {
  for (const [title, choice] of choicesFor(disk, random, mixtures)) {
    yield { title, tree: survive(disk, choice) };
  }
}

function* choicesFor(
  disk: Disk,
  random: SeededRandom,
  mixtures: number,
): Generator<[title: string, choice: Choice], void, undefined> {
  const all: Choice = {
    keepsName: () => true,
    fateOf: () => 'kept',
    keepsMetadata: () => true,
  };
  const none: Choice = {
    keepsName: () => false,
    fateOf: () => 'lost',
    keepsMetadata: () => false,
  };
  yield ['nothing that was not synced', none];
  yield ['everything', all];
  for (const [only, { parts }] of disk.pendingNames.entries()) {
    const names = parts.map(({ name }) => name).join(' and ');
    yield [`all but the change of ${names}`, { ...all, keepsName: (index) => index !== only }];
    yield [`only the change of ${names}`, { ...none, keepsName: (index) => index === only }];
  }
  for (const { id, unsynced } of disk.nodes.values()) {
    if (unsynced.length === 0) continue;
    for (const fate of FATES.slice(1)) {
      yield [`file ${id} ${fate}`, { ...all, fateOf: (node) => (node === id ? fate : 'kept') }];
    }
  }
  for (let count = 1; count <= mixtures; count += 1) {
    const names = disk.pendingNames.map(() => random.chance(50));
    const fates = new Map([...disk.nodes.keys()].map((id) => [id, random.pick(FATES)]));
    const metadata = new Map([...disk.nodes.keys()].map((id) => [id, random.chance(50)]));
    yield [
      `mixture ${count}`,
      {
        keepsName: (index) => names[index] === true,
        fateOf: (node) => fates.get(node) ?? 'kept',
        keepsMetadata: (node) => metadata.get(node) === true,
      },
    ];
  }
}

function survive(disk: Disk, choice: Choice): SurvivingDirectory {
  const names = new Map<NodeId, Map<BytePath, NodeId>>();
  for (const { id, type, durableNames } of disk.nodes.values()) {
    if (type === 'directory') names.set(id, new Map(durableNames));
  }
  for (const [index, { parts }] of disk.pendingNames.entries()) {
    if (!choice.keepsName(index)) continue;
    for (const { directory, name, node } of parts) {
      setName(names.get(directory) as Map<BytePath, NodeId>, name, node);
    }
  }
  const metadataOf = (node: DiskNode): NodeMetadata =>
    choice.keepsMetadata(node.id) ? node.metadata : node.durableMetadata;
  const directoryAt = (node: DiskNode): SurvivingDirectory => ({
    metadata: metadataOf(node),
    entries: [...(names.get(node.id) ?? [])]
      .toSorted(([a], [b]) => compareBytes(a, b))
      .map(([name, id]) => [name, entryAt(disk.node(id))] as const),
  });
  const entryAt = (node: DiskNode): SurvivingEntry => {
    const { type, target } = node;
    if (type === 'directory') return { type, ...directoryAt(node) };
    const metadata = metadataOf(node);
    if (type === 'symlink') return { type, metadata, target };
    return { type, node: node.id, metadata, bytes: bytesOf(node, choice.fateOf(node.id)) };
  };
  return directoryAt(disk.node(disk.root));
}

function bytesOf(node: DiskNode, fate: Fate): Buffer {
  if (node.unsynced.length === 0 || fate === 'kept') return node.bytes;
  if (fate === 'lost') return node.durableBytes;
  let bytes = node.durableBytes;
  for (const change of node.unsynced) {
    const { position, bytes: written } = change;
    if (written === null) continue;
    // The size is there before the bytes; or the first half of each write is all that there is.
    const present =
      fate === 'zeros' ? Buffer.alloc(written.length) : written.subarray(0, written.length >> 1);
    bytes = applyChange(bytes, { position, bytes: present });
  }
  return bytes;
}
