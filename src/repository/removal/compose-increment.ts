// Makes the one increment that takes the place of a run (plan-chains.ts). A run of deltas is composed without file data. Where
// the run begins with a full copy, or the composed delta is not clearly smaller than the content, a full copy is written. Either
// is proved: the stored file must rebuild the same bytes as the run does now, by the digest in the catalog.
import type { Increment } from '../../catalog/records.js';
import { toDelta } from '../../delta/compose.js';
import { compressContent } from '../../delta/full-copy.js';
import { CorruptError } from '../../errors.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import { localDigests } from '../../system/digest/digests.js';
import { readFileChunks } from '../../system/files/read-chunks.js';
import type { Checkpoint } from '../../system/time/checkpoint.js';
import { createZstdWriter, zstdDecompress } from '../../system/zstd/zstd.js';
import type { ContentPlan } from '../contents/plan-content.js';
import { type Proving, emitPlanned } from '../contents/read-content.js';
import { type Stored, storeIncrement } from '../contents/store-increment.js';
import { WORTHWHILE, ZSTD_LEVEL } from '../contents/write-increment.js';
import { incrementPath } from '../layout.js';
import type { OpenRepository } from '../repository.js';
import type { ComposedChain } from './composed-chain.js';
import { REMOVAL_WINDOW_BYTES, type RunSeries } from './run-series.js';

interface Job {
  readonly repository: OpenRepository;
  readonly chain: ComposedChain;
  /** The increment of the chain that stays, as it is now. */
  readonly last: Increment;
  /** Of the new increment. */
  readonly id: number;
  readonly series: RunSeries;
  readonly checkpoint: Checkpoint;
}

/**
 * Writes and syncs the file of the new increment. Its folder is not synced, and the catalog is not changed.
 * @param id of the new increment
 * @throws CorruptError where the run cannot be read, or does not rebuild its content. The file may be there after a failure.
 */
export async function composeIncrement(
  repository: OpenRepository,
  chain: ComposedChain,
  { id, series, checkpoint }: Pick<Job, 'id' | 'series' | 'checkpoint'>,
): Promise<Increment> {
  const last = chain.run.at(-1) as Increment;
  const job: Job = { repository, chain, last, id, series, checkpoint };
  return (await composeDelta(job)) ?? writeFullCopy(job);
}

/** Null where a full copy is better. */
async function composeDelta(job: Job): Promise<Increment | null> {
  const { repository, chain, last, id, series, checkpoint } = job;
  const { fileSystem, path } = repository;
  const { basisId } = chain;
  if (basisId === null) return null;
  const composed = await toDelta(await series.compose(chain, checkpoint), {
    checkpoint,
    windowBytes: REMOVAL_WINDOW_BYTES,
  });
  try {
    const plainBytes = composed.deltaBytes;
    if (plainBytes > last.resultBytes * WORTHWHILE) return null;
    const made = await storeIncrement({
      fileSystem,
      repository: path,
      id,
      make: (write) => compressContent(composed, ZSTD_LEVEL, write, checkpoint),
      check: async () => {
        const increment = describe(job, { kind: 'delta', basisId, plainBytes }, null);
        await series.prove(planThrough(job, increment), checkpoint);
        return last.resultSha256;
      },
      isFollowed: false,
    });
    return describe(job, { kind: 'delta', basisId, plainBytes }, made);
  } finally {
    composed.close();
  }
}

async function writeFullCopy(job: Job): Promise<Increment> {
  const { repository, last, id, checkpoint } = job;
  const { fileSystem, path } = repository;
  const made = await storeIncrement({
    fileSystem,
    repository: path,
    id,
    make: async (write) => {
      const writer = await createZstdWriter(ZSTD_LEVEL, write);
      await rebuild(job, planNow(job), (bytes) => writer.write(bytes));
      await writer.finish();
    },
    check: () =>
      digestChunks(zstdDecompress(readFileChunks(fileSystem, incrementPath(path, id))), checkpoint),
    isFollowed: false,
  });
  if (made.checked?.equals(last.resultSha256) !== true) {
    throw new CorruptError(`increment ${id} does not read back as it was written`, {
      incrementId: id,
      hint: 'check the disk and the memory for errors before the next run',
    });
  }
  return describe(job, { kind: 'full', basisId: null, plainBytes: last.resultBytes }, made);
}

/** Emits what a plan rebuilds. @throws CorruptError where this is not what the catalog says of the run's last increment */
async function rebuild(
  { repository, last, checkpoint }: Job,
  plan: ContentPlan,
  emit: Proving['emit'],
): Promise<void> {
  const digest = await localDigests.begin(last.resultBytes);
  await emitPlanned(repository, plan, { digest, emit, checkpoint });
}

/** The content as the run rebuilds it now. A damaged mirror may have given it other bytes than were backed up. */
function rebuilt({ last }: Job): ContentPlan['content'] {
  return { id: last.resultId, sha256: last.resultSha256, sizeBytes: last.resultBytes };
}

function planNow(job: Job): ContentPlan {
  return { ...job.repository.planContent(rebuilt(job)), content: rebuilt(job) };
}

/** The way to the content through the new increment. */
function planThrough(job: Job, increment: Increment): ContentPlan {
  const now = planNow(job);
  const before = now.deltas.slice(0, now.deltas.length - job.chain.run.length);
  return { ...now, deltas: [...before, increment] };
}

/** @param made null before the file is written: then its length and digest are not known */
function describe(
  { last, id }: Job,
  { kind, basisId, plainBytes }: Pick<Increment, 'kind' | 'basisId' | 'plainBytes'>,
  made: Stored<unknown> | null,
): Increment {
  const { resultId, resultSha256, resultBytes } = last;
  return {
    id,
    kind,
    resultId,
    basisId,
    resultSha256,
    resultBytes,
    plainBytes,
    storedBytes: made?.storedBytes ?? 0,
    storedSha256: made?.storedSha256 ?? Buffer.alloc(32),
  };
}
