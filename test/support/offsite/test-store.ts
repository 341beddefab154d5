// Stores for tests: the pauses between attempts take no time and are noted, and time limits are short.
import { openStore } from '../../../src/offsite/stores/open-store.js';
import { DEFAULT_LIMITS } from '../../../src/offsite/stores/http/http-client.js';
import {
  DEFAULT_STORE_OPTIONS,
  type StoreContext,
  type StoreOptions,
} from '../../../src/offsite/stores/store-context.js';
import type {
  ArchiveLabels,
  ArchiveStore,
  OutgoingArchive,
} from '../../../src/offsite/stores/store.js';
import { type Target, parseTarget } from '../../../src/offsite/target.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { RealFileSystem } from '../../../src/system/files/file-system.js';

export interface TestStore {
  readonly store: ArchiveStore;
  /** How long the store would have waited between attempts. */
  readonly pausesMs: number[];
  readonly stop: AbortController;
}

export interface TestStoreOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly options?: Partial<StoreOptions>;
  readonly context?: Partial<StoreContext>;
}

export function openTestStore(typed: string, given: TestStoreOptions = {}): TestStore {
  const pausesMs: number[] = [];
  const stop = new AbortController();
  const context: StoreContext = {
    fileSystem: new RealFileSystem(),
    clock: { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    processId: process.pid,
    stopping: stop.signal,
    pause: async (durationMs) => {
      stop.signal.throwIfAborted();
      pausesMs.push(durationMs);
    },
    environment: given.environment ?? {},
    options: { ...DEFAULT_STORE_OPTIONS, ...given.options },
    limits: DEFAULT_LIMITS,
    mostAttempts: 4,
    ...given.context,
  };
  const target = parseTestTarget(typed);
  if (target.kind === 'pipe') throw new Error('a pipe is not a store');
  return { store: openStore(target, context), pausesMs, stop };
}

export function parseTestTarget(typed: string): Target {
  return parseTarget(typed, {
    resolve: (path) => pathFromText(path.replace(/(.)\/$/, '$1')),
    isFolder: (path) => path.endsWith('/'),
  });
}

export const LABELS: ArchiveLabels = {
  program: 'redis-rewind/0.1.0',
  snapshotId: 12,
  snapshotTimeSeconds: 1_795_921_200,
  host: 'db1.example.org',
  repositoryId: '0f8c2f1e-6f4a-4f0b-9d4e-0d5a0c7a9b1d',
};

export const NAME = 'redis-20261129T030000Z-12.tar.zst.age';

/** An archive of these bytes, given in chunks of an odd size. */
export function outgoing(bytes: Uint8Array, given: Partial<OutgoingArchive> = {}): OutgoingArchive {
  return {
    chunks: inChunks(bytes),
    estimatedBytes: bytes.length,
    labels: LABELS,
    mayReplace: false,
    ...given,
  };
}

export async function* inChunks(
  bytes: Uint8Array,
  chunkBytes = 70_001,
): AsyncGenerator<Uint8Array, void, undefined> {
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    yield bytes.subarray(start, start + chunkBytes);
  }
}

/** All bytes that a store gives. */
export async function readArchive(store: ArchiveStore, name = NAME): Promise<Buffer> {
  const { chunks } = await store.get(name);
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}
