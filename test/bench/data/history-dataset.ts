// A series of nights. Each changes 1 % of the night before, and the server is restarted before some of them. The
// first dump is kept whole, and each other one as a delta to the dump before. So hundreds of dumps take the
// space of a few.
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';

import { DUMP, startBenchServer } from './bench-server.js';
import { cachedDataset } from './dataset-cache.js';
import type { DatasetPlace } from './dataset-place.js';
import { applyDelta, writeDelta } from './engine-delta.js';
import { sha256OfFile } from './file-digest.js';
import { KeySpace } from './key-space.js';

export interface History {
  readonly directory: string;
  /** SHA-256 of each night's dump; night 0 is the first. */
  readonly digests: readonly string[];
}

/**
 * Night 0 and `nights` more. The server is restarted before each night of `restarts`.
 * @param onNight called for each night that is made; never where the dataset already exists
 */
export async function makeHistory(
  place: DatasetPlace,
  nights: number,
  restarts: readonly number[],
  onNight: (night: number) => void,
): Promise<History> {
  const { seed, keys } = place;
  const directory = path.join(place.directory, `nights-${nights}`);
  const digests = await cachedDataset(directory, { seed, keys, nights, restarts }, async () => {
    const serverDirectory = path.join(directory, 'server');
    await mkdir(serverDirectory);
    let server = await startBenchServer(serverDirectory);
    try {
      const keySpace = new KeySpace(seed, keys);
      await server.pipe.sendAll(keySpace.initialCommands());
      await server.saveTo(directory);
      const recorder = await NightRecorder.start(directory);
      for (let night = 1; night <= nights; night += 1) {
        onNight(night);
        if (restarts.includes(night)) {
          await server.stop();
          server = await startBenchServer(serverDirectory);
        }
        await server.pipe.sendAll(keySpace.changes(night));
        await server.saveTo(recorder.incoming);
        await recorder.record(night);
      }
      return await recorder.finish();
    } finally {
      await server.stop();
      await rm(serverDirectory, { recursive: true });
    }
  });
  return { directory, digests };
}

/** Turns one dump after the other into a delta to the one before it. */
class NightRecorder {
  /** The folder for the dump.rdb of the next night. */
  readonly incoming: string;
  readonly #directory: string;
  readonly #digests: string[];

  private constructor(directory: string, firstDigest: string) {
    this.#directory = directory;
    this.incoming = path.join(directory, 'incoming');
    this.#digests = [firstDigest];
  }

  static async start(directory: string): Promise<NightRecorder> {
    return new NightRecorder(directory, await sha256OfFile(path.join(directory, DUMP)));
  }

  async record(night: number): Promise<void> {
    const kept = path.join(this.#directory, 'newest.rdb');
    const previous = night === 1 ? path.join(this.#directory, DUMP) : kept;
    const dump = path.join(this.incoming, DUMP);
    await writeDelta(previous, dump, deltaPath(this.#directory, night));
    this.#digests.push(await sha256OfFile(dump));
    await rename(dump, kept);
  }

  async finish(): Promise<string[]> {
    await rm(path.join(this.#directory, 'newest.rdb'), { force: true });
    await rm(this.incoming, { recursive: true, force: true });
    return this.#digests;
  }
}

/** One night of a replayed history. */
export interface Night {
  readonly number: number;
  /** The night's dump, in place in SOURCE. */
  readonly dump: string;
  /** The dump of the night before; null on night 0. */
  readonly previous: string | null;
}

/**
 * Replays a history. The dump of each night replaces the one before by a rename, as a server does, and is then
 * passed to `live`.
 * @param source the folder for dump.rdb; `aside` is a folder for other files, on the same file system
 */
export async function replayHistory(
  { directory, digests }: History,
  source: string,
  aside: string,
  live: (night: Night) => Promise<void>,
): Promise<void> {
  const dump = path.join(source, DUMP);
  const previous = path.join(aside, 'previous.rdb');
  const next = path.join(aside, 'next.rdb');
  await copyFile(path.join(directory, DUMP), dump);
  await live({ number: 0, dump, previous: null });
  for (const [number, sha256] of digests.entries()) {
    if (number === 0) continue;
    await link(dump, previous);
    await applyDelta(previous, deltaPath(directory, number), next, sha256);
    await rename(next, dump);
    await live({ number, dump, previous });
    await rm(previous);
  }
}

function deltaPath(directory: string, night: number): string {
  return path.join(directory, `night-${String(night).padStart(3, '0')}.delta`);
}
