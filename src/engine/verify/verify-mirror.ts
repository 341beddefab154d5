// Proves the contents that are in the mirror: the bytes of each file that should have them.
import type { Content } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { toCorruption } from '../../repository/contents/read-content.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import type { BytePath } from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { readChunks } from '../../system/files/read-chunks.js';
import { addToGroup, append } from '../../system/lists/lists.js';
import { showPath } from '../run/notes.js';
import type { ProofTally } from './proof-tally.js';
import { confirmLost, hasChangedSince } from './verify-again.js';
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
  const spares: SpareFault[] = [];
  for (const content of contents) {
    const files = paths.get(content.id);
    if (files === undefined) continue;
    if (tally.isOutOfTime()) break;
    const faults: SpareFault[] = [];
    for (const path of files) {
      tally.begin(showPath(path));
      const message = await findFault(run, path, content);
      if (message !== null) faults.push({ path, content, message });
      tally.bytesChecked += content.sizeBytes;
    }
    tally.outcomes.set(content.id, null);
    const [first] = faults;
    if (first !== undefined && faults.length === files.length) {
      candidates.push({ content, message: first.message });
    } else {
      append(spares, faults);
    }
  }
  const lost = await confirmLost(run, candidates);
  for (const [id, message] of lost) tally.outcomes.set(id, message);
  for (const { path, message } of await confirmSpares(run, spares)) {
    tally.problems.push(spareProblem(showPath(path), message));
  }
}

/** A fault of one of several mirror files that should have a content. Another one is whole. */
interface SpareFault {
  readonly path: BytePath;
  readonly content: Content;
  readonly message: string;
}

/** @returns the faults that are there even if a backup has ended since the files were looked for */
async function confirmSpares(
  run: VerifyRun,
  faults: readonly SpareFault[],
): Promise<readonly SpareFault[]> {
  if (faults.length === 0 || !hasChangedSince(run.repository, run.scope)) return faults;
  const confirmed: SpareFault[] = [];
  for (const fault of faults) {
    const message = await findFaultNow(run, fault);
    if (message !== null) confirmed.push({ ...fault, message });
  }
  return confirmed;
}

/** What is wrong with a mirror file now; null where the newest snapshot has another content there. */
async function findFaultNow(run: VerifyRun, { path, content }: SpareFault): Promise<string | null> {
  const { repository } = run;
  for (;;) {
    const generation = repository.generation();
    const version = repository.newestVersions().find((newest) => newest.path === path);
    if (version?.content?.id !== content.id) return null;
    const message = await findFault(run, path, content);
    if (message === null || repository.generation() === generation) return message;
  }
}

/** The mirror files of each content, by its id. */
export function mirrorPaths({ newest }: VerifyScope): Map<number, BytePath[]> {
  const paths = new Map<number, BytePath[]>();
  for (const { path, content } of newest) {
    if (content === null) continue;
    addToGroup(paths, content.id, path);
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
