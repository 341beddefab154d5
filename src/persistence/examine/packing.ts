// Files that are compressed as a whole. A server of Valkey 9.2 writes such dumps if its setting `rdbcompression` is
// lz4. All others were packed by somebody else, and no server loads them.

export const PACKING_HEAD_BYTES = 8;

export interface Packing {
  /** What the file is compressed with. */
  readonly name: string;
  /** Whether there is a server that loads the file as it is. */
  readonly isOfServer: boolean;
}

const PACKINGS: readonly (Packing & { readonly head: RegExp })[] = [
  // Three letters, the version 1, the codec 1, a zero, the kind 1. An older draft had four letters.
  { name: 'LZ4, by Valkey', isOfServer: true, head: /^VCS\x01\x01\0\x01/ },
  { name: 'LZ4, by Valkey', isOfServer: true, head: /^VKCS/ },
  { name: 'LZ4', isOfServer: false, head: /^\x04\x22\x4d\x18/ },
  { name: 'gzip', isOfServer: false, head: /^\x1f\x8b\x08/ },
  { name: 'zstd', isOfServer: false, head: /^\x28\xb5\x2f\xfd/ },
  { name: 'xz', isOfServer: false, head: /^\xfd7zXZ\0/ },
  { name: 'bzip2', isOfServer: false, head: /^BZh[1-9]1AY/ },
];

/** @param head the first PACKING_HEAD_BYTES bytes, or all of a shorter file */
export function recognizePacking(head: Buffer): Packing | null {
  const text = head.toString('latin1', 0, PACKING_HEAD_BYTES);
  const found = PACKINGS.find((packing) => packing.head.test(text));
  return found === undefined ? null : { name: found.name, isOfServer: found.isOfServer };
}
