// Files that are compressed as a whole. A server of Valkey 9.2 writes such dumps if its setting `rdbcompression` is
// lz4. All others were packed by somebody else, and no server loads them.

export const PACKING_HEAD_BYTES = 8;

export interface Packing {
  /** What the file is compressed with. */
  readonly name: string;
  /** Whether there is a server that loads the file as it is. */
  readonly isOfServer: boolean;
}

/** By the first bytes in hex. */
const PACKINGS: readonly (Packing & { readonly head: RegExp })[] = [
  // The letters VCS, the version 1, the codec 1, a zero, the kind 1. An older draft had the letters VKCS.
  { name: 'LZ4, by Valkey', isOfServer: true, head: /^56435301010001/ },
  { name: 'LZ4, by Valkey', isOfServer: true, head: /^564b4353/ },
  { name: 'LZ4', isOfServer: false, head: /^04224d18/ },
  { name: 'gzip', isOfServer: false, head: /^1f8b08/ },
  { name: 'zstd', isOfServer: false, head: /^28b52ffd/ },
  { name: 'xz', isOfServer: false, head: /^fd377a585a00/ },
  { name: 'bzip2', isOfServer: false, head: /^425a683[1-9]314159/ },
];

/** @param head the first PACKING_HEAD_BYTES bytes, or all of a shorter file */
export function recognizePacking(head: Buffer): Packing | null {
  const text = head.toString('hex', 0, PACKING_HEAD_BYTES);
  const found = PACKINGS.find((packing) => packing.head.test(text));
  return found === undefined ? null : { name: found.name, isOfServer: found.isOfServer };
}
