// The delta engine of this program, used on whole files: to keep the histories of the benchmark small, and to
// measure the delta of one night. A file made from a delta is checked by its digest.
import { closeSync, createReadStream, fstatSync, openSync, readSync, writeSync } from 'node:fs';

import { diff } from '../../../src/delta/diff.js';
import { patch } from '../../../src/delta/patch.js';
import type { ByteReader } from '../../../src/system/files/byte-reader.js';
import { createZstdWriter } from '../../../src/system/zstd/zstd.js';
import { sha256OfFile } from './file-digest.js';

/** The level at which increments are compressed (src/repository/contents/write-increment.ts). */
const INCREMENT_ZSTD_LEVEL = 3;

/** Writes the file `delta`, which makes `result` from `basis`. */
export async function writeDelta(basis: string, result: string, delta: string): Promise<void> {
  await withFiles({ basis, result }, delta, async (readers, write) =>
    diff(readers.basis, readers.result, write),
  );
}

/** Writes the file `result`. Throws where its digest is not `sha256`. */
export async function applyDelta(
  basis: string,
  delta: string,
  result: string,
  sha256: string,
): Promise<void> {
  await withFiles({ basis }, result, async (readers, write) =>
    patch(readers.basis, createReadStream(delta), write),
  );
  if ((await sha256OfFile(result)) !== sha256) {
    throw new Error(`'${delta}' does not give back what it was made from; make the data again`);
  }
}

/** The length of the compressed delta that makes `result` from `basis`. */
export async function deltaStoredBytes(basis: string, result: string): Promise<number> {
  let storedBytes = 0;
  const zstd = await createZstdWriter(INCREMENT_ZSTD_LEVEL, (bytes) => {
    storedBytes += bytes.length;
  });
  await withFiles({ basis, result }, '/dev/null', async (readers) =>
    diff(readers.basis, readers.result, async (bytes) => zstd.write(bytes)),
  );
  await zstd.finish();
  return storedBytes;
}

type Write = (bytes: Uint8Array) => void;

/** Opens the files of `paths` for reading, and creates the file that is made from them. */
async function withFiles<Name extends string>(
  paths: Readonly<Record<Name, string>>,
  made: string,
  use: (readers: Readonly<Record<Name, ByteReader>>, write: Write) => Promise<unknown>,
): Promise<void> {
  const open: number[] = [];
  const keepOpen = (path: string, flags: 'r' | 'w'): number => {
    const file = openSync(path, flags);
    open.push(file);
    return file;
  };
  try {
    const readers = Object.fromEntries(
      Object.entries<string>(paths).map(([name, path]) => [name, readerOf(keepOpen(path, 'r'))]),
    ) as Record<Name, ByteReader>;
    const output = keepOpen(made, 'w');
    await use(readers, (bytes) => {
      for (let done = 0; done < bytes.length;) done += writeSync(output, bytes, done);
    });
  } finally {
    for (const file of open) closeSync(file);
  }
}

function readerOf(file: number): ByteReader {
  const sizeBytes = fstatSync(file).size;
  return {
    sizeBytes,
    read: (into, position) => {
      let done = 0;
      while (done < into.length && position + done < sizeBytes) {
        done += readSync(file, into, done, into.length - done, position + done);
      }
      return done;
    },
  };
}
