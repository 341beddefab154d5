// Putting the mirror right from the catalog: bytes that are found again by their digest, directories,
// links, and metadata. A file takes its place by one rename, after its bytes have been proved and are
// on the disk; what stood there before has had a second name in kept/ since before that.
import type { Content, Version } from '../../catalog/records.js';
import { KEPT_MIRROR, mirrorPath } from '../../repository/layout.js';
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import type { WritableRepository } from '../../repository/repository.js';
import { Staging, syncDirectory } from '../../repository/staging.js';
import { applyMetadata } from '../../system/files/apply-metadata.js';
import {
  type BytePath,
  ROOT,
  compareBytes,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import { readChunks } from '../../system/files/read-chunks.js';
import { CorruptError } from '../../errors.js';
import { toCorruption } from '../../repository/contents/read-content.js';
import { writeFoundContent } from './find-content.js';
import { inspectMirror } from '../snapshot/inspect-mirror.js';
import { showPath } from '../run/notes.js';
import type { RepairKind } from './repair-report.js';
import { type RepairRun, noteKept } from './repair-run.js';

/** @param newest the versions of the newest snapshot, their names checked */
export async function repairMirror(
  run: RepairRun,
  repository: WritableRepository,
  newest: readonly Version[],
): Promise<void> {
  const staging = new Staging(repository.fileSystem, repository.path);
  // A directory comes before what is in it.
  for (const version of newest.toSorted((a, b) => compareBytes(a.path, b.path))) {
    await run.context.checkpoint();
    if (version.path === ROOT) continue;
    if (version.type === 'directory') makeDirectory(run, repository, version);
    else if (version.content === null) makeLink(run, repository, version, staging);
    else await putBack(run, repository, newest, version, version.content, staging);
  }
  setMetadata(run, repository, newest);
}

function makeDirectory(run: RepairRun, repository: WritableRepository, { path }: Version): void {
  const { fileSystem } = repository;
  const place = mirrorPath(repository.path, path);
  if (fileSystem.stat(place)?.isDirectory()) return;
  if (fileSystem.stat(place) !== null) {
    noteKept(run, repository.path, run.kept.move(place, keptName(path)));
  }
  fileSystem.makeDirectory(place, 0o700);
  syncDirectory(fileSystem, parentPath(place));
  tell(run, 'made', path, `the directory '${showPath(path)}' is made again`);
}

function makeLink(
  run: RepairRun,
  repository: WritableRepository,
  version: Version,
  staging: Staging,
): void {
  if (version.linkTarget === null) return;
  if (inspectMirror(run.context, repository.path, version) !== 'wrong-content') return;
  const staged = staging.path(staging.newName());
  repository.fileSystem.makeLink(version.linkTarget, staged);
  putInPlace(run, repository, version, staged);
  tell(run, 'made', version.path, `the link '${showPath(version.path)}' is made again`);
}

async function putBack(
  run: RepairRun,
  repository: WritableRepository,
  newest: readonly Version[],
  version: Version,
  content: Content,
  staging: Staging,
): Promise<void> {
  const { fileSystem } = repository;
  if (await isWhole(run, repository, version.path, content)) return;
  const name = staging.newName();
  const staged = staging.path(name);
  const file = fileSystem.open(staged, 'create');
  let origin: string | null;
  try {
    origin = await writeFoundContent(
      { context: run.context, repository, newest, source: run.request.source },
      version.path,
      content,
      file,
    );
    if (origin !== null) fileSystem.sync(file);
  } finally {
    fileSystem.close(file);
  }
  if (origin === null) {
    staging.discard(name);
    return;
  }
  putInPlace(run, repository, version, staged);
  tell(run, 'put-back', version.path, `'${showPath(version.path)}' is put back from ${origin}`);
}

async function isWhole(
  { context }: RepairRun,
  repository: WritableRepository,
  path: BytePath,
  content: Content,
): Promise<boolean> {
  const { fileSystem } = repository;
  const file = mirrorPath(repository.path, path);
  if (fileSystem.stat(file)?.isFile() !== true) return false;
  try {
    const descriptor = fileSystem.open(file, 'read');
    try {
      const reader = new FileReader(fileSystem, descriptor, content.sizeBytes);
      return (await digestChunks(readChunks(reader), context.checkpoint)).equals(content.sha256);
    } finally {
      fileSystem.close(descriptor);
    }
  } catch (error) {
    if (toCorruption(repository, error) instanceof CorruptError) return false;
    throw error;
  }
}

/** Gives a staged file or link its metadata and its place. */
function putInPlace(
  run: RepairRun,
  repository: WritableRepository,
  version: Version,
  staged: BytePath,
): void {
  const { fileSystem, path: root } = repository;
  applyMetadata(fileSystem, [mirrorMetadata(staged, version, run.context.uid)]);
  const target = mirrorPath(root, version.path);
  const present = fileSystem.stat(target);
  if (present !== null) {
    const name = keptName(version.path);
    const isDirectory = present.isDirectory();
    const file = isDirectory ? run.kept.move(target, name) : run.kept.link(target, name);
    noteKept(run, root, file);
  }
  fileSystem.rename(staged, target);
  syncDirectory(fileSystem, parentPath(target));
}

/** Deepest directories last of all, since what is made in them changes their times. */
function setMetadata(
  run: RepairRun,
  repository: WritableRepository,
  newest: readonly Version[],
): void {
  const wrong = newest
    .filter((version) => inspectMirror(run.context, repository.path, version) === 'wrong-metadata')
    .toSorted((a, b) => compareBytes(b.path, a.path));
  if (wrong.length === 0) return;
  const targets = wrong.map((version) =>
    mirrorMetadata(mirrorPath(repository.path, version.path), version, run.context.uid),
  );
  const unset = new Set(applyMetadata(repository.fileSystem, targets).map(({ path }) => path));
  const set = targets.filter(({ path }) => !unset.has(path));
  const first = wrong.find((_, index) => set.includes(targets[index] as (typeof targets)[number]));
  if (first === undefined) return;
  const more = set.length === 1 ? '' : ` and of ${set.length - 1} more`;
  const what = `owner, mode and time of '${showPath(first.path)}'${more}`;
  tell(run, 'metadata', first.path, `${what} are set as the catalog has them`);
}

function keptName(path: BytePath): BytePath {
  return joinPath(KEPT_MIRROR, path);
}

function tell(run: RepairRun, kind: RepairKind, path: BytePath, message: string): void {
  run.steps.push({ kind, path: showPath(path), message });
}
