// Proves the contents that are in the mirror: the bytes of each file that should have them.
import type { Content } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { toCorruption } from '../../repository/contents/read-content.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { readChunks } from '../../system/files/read-chunks.js';
import { showPath } from '../run/notes.js';
import type { ProofTally } from './proof-tally.js';
import { confirmLost } from './verify-again.js';
import type { VerifyRun } from './verify-run.js';
import type { VerifyScope } from './verify-scope.js';
import { spareProblem } from './verify-sizes.js';

/** Proves those of the contents that are in the mirror, until the time is up. */
export async function proveMirrored(
  run: VerifyRun,
  contents: readonly Content[],
  tally: ProofTally,
): Promise<void> {
  const paths = mirrorPaths(run.scope);
  const candidates: { content: Content; message: string }[] = [];
  for (const content of contents) {
    const files = paths.get(content.id);
    if (files === undefined) continue;
    if (tally.isOutOfTime()) break;
    const faults: { path: string; message: string }[] = [];
    for (const path of files) {
      const shown = showPath(path);
      tally.begin(shown);
      const message = await findFault(run, path, content);
      if (message !== null) faults.push({ path: shown, message });
      tally.bytesChecked += content.sizeBytes;
    }
    tally.outcomes.set(content.id, null);
    const [first] = faults;
    if (first !== undefined && faults.length === files.length) {
      candidates.push({ content, message: first.message });
    } else {
      tally.problems.push(...faults.map(({ path, message }) => spareProblem(path, message)));
    }
  }
  const lost = await confirmLost(run, candidates);
  for (const [id, message] of lost) tally.outcomes.set(id, message);
}

/** The mirror files of each content, by its id. */
export function mirrorPaths({ newest }: VerifyScope): Map<number, BytePath[]> {
  const paths = new Map<number, BytePath[]>();
  for (const { path, content } of newest) {
    if (content === null) continue;
    paths.set(content.id, [...(paths.get(content.id) ?? []), path]);
  }
  return paths;
}

/** What is wrong with a mirror file; null if its bytes are those that were backed up. */
async function findFault(
  { repository, context: { checkpoint } }: VerifyRun,
  path: BytePath,
  content: Content,
): Promise<string | null> {
  const { fileSystem } = repository;
  const name = `the mirror file '${showPath(path)}'`;
  await checkpoint();
  const mirrorFile = repository
    .mirrorCandidates(path)
    .find((candidate) => fileSystem.stat(candidate)?.isFile());
  if (mirrorFile === undefined) return `${name} is gone`;
  try {
    const file = fileSystem.open(mirrorFile, 'read');
    try {
      const reader = new FileReader(fileSystem, file, content.sizeBytes);
      const sha256 = await digestChunks(readChunks(reader), checkpoint);
      return sha256.equals(content.sha256)
        ? null
        : `${name} is not what was backed up (its SHA-256 differs)`;
    } finally {
      fileSystem.close(file);
    }
  } catch (error) {
    const found = toCorruption(repository, error);
    if (found instanceof CorruptError) return `${name} is damaged: ${found.message}`;
    throw error;
  }
}
