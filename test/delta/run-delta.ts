// Deltas and results as whole buffers, for tests. The streaming functions make them, and each view that
// is emitted is copied and then overwritten: a test that keeps a view fails.
import { type ApplyOptions, applyTable } from '../../src/delta/apply-table.js';
import { type RunDelta, composeTables } from '../../src/delta/compose-tables.js';
import { type ComposeOptions, type ComposedDelta, compose } from '../../src/delta/compose.js';
import { deltaFromSignature } from '../../src/delta/signature/delta-from-signature.js';
import { type DiffOptions, type DiffSummary, diff } from '../../src/delta/diff.js';
import { type PatchOptions, patch } from '../../src/delta/patch.js';
import { type SignatureOptions, signature } from '../../src/delta/signature/signature.js';
import { uninterrupted } from '../../src/system/time/checkpoint.js';
import { MemoryReader } from '../support/files/memory-reader.js';

/** Gathers what is emitted. */
export class Gathered {
  readonly #pieces: Buffer[] = [];

  readonly emit = async (view: Uint8Array): Promise<void> => {
    this.#pieces.push(Buffer.from(view));
    await Promise.resolve();
    view.fill(0xee);
  };

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  get lengths(): number[] {
    return this.#pieces.map((piece) => piece.length);
  }
}

export interface DiffOutcome extends DiffSummary {
  readonly delta: Buffer;
}

export async function diffBuffers(
  basis: Uint8Array,
  result: Uint8Array,
  options: DiffOptions = {},
): Promise<DiffOutcome> {
  const gathered = new Gathered();
  const summary = await diff(
    new MemoryReader(basis),
    new MemoryReader(result),
    gathered.emit,
    options,
  );
  return { ...summary, delta: gathered.bytes };
}

export async function patchBuffer(
  basis: Uint8Array,
  delta: Uint8Array,
  options: PatchOptions & { readonly chunkBytes?: number } = {},
): Promise<Buffer> {
  const gathered = new Gathered();
  const chunks = cut(delta, options.chunkBytes ?? delta.length);
  await patch(new MemoryReader(basis), chunks, gathered.emit, options);
  return gathered.bytes;
}

/** The result of a run of deltas, from its composed table. */
export async function applyRun(
  basis: Uint8Array,
  deltas: readonly RunDelta[],
  options: ApplyOptions = {},
): Promise<Buffer> {
  const run = await composeTables(deltas, basis.length, uninterrupted);
  try {
    const gathered = new Gathered();
    const reader = new MemoryReader(basis);
    await applyTable(reader, run, gathered.emit, options);
    return gathered.bytes;
  } finally {
    run.close();
  }
}

/** The deltas of a run, each opened in chunks of the given size. */
export function runOf(
  deltas: readonly Uint8Array[],
  chunkBytes = 4096,
  maxResultBytes?: number,
): RunDelta[] {
  return deltas.map((delta) => ({
    open: async function* () {
      yield* cut(delta, chunkBytes);
    },
    ...(maxResultBytes === undefined ? {} : { maxResultBytes }),
  }));
}

export async function composeBuffers(
  deltas: readonly Uint8Array[],
  chunkBytes = 4096,
  options: ComposeOptions = {},
): Promise<{ delta: Buffer; resultBytes: number }> {
  const composed = await compose(runOf(deltas, chunkBytes), options);
  try {
    return { delta: await readAll(composed), resultBytes: composed.resultBytes };
  } finally {
    composed.close();
  }
}

export async function readAll(composed: ComposedDelta): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of composed) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The bytes in chunks of the given size. The last one may be shorter. */
export function cut(bytes: Uint8Array, chunkBytes: number): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    chunks.push(bytes.subarray(at, at + chunkBytes));
  }
  return chunks;
}

export async function signatureOf(
  input: Uint8Array,
  options: SignatureOptions & { readonly chunkBytes?: number } = {},
): Promise<Buffer> {
  const gathered = new Gathered();
  await signature(cut(input, options.chunkBytes ?? 65_536), gathered.emit, options);
  return gathered.bytes;
}

export async function deltaBySignature(
  blocks: Uint8Array,
  result: Uint8Array,
  chunkBytes = 65_536,
): Promise<Buffer> {
  const gathered = new Gathered();
  await deltaFromSignature(cut(blocks, chunkBytes), cut(result, chunkBytes), gathered.emit);
  return gathered.bytes;
}
