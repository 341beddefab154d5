// Puts the mirror right from the catalog: the bytes of files, directories, links, and metadata. Bytes are
// looked for by their digest. A file takes its place by one rename, after its bytes are proved and synced.
// Before the rename, what stands in that place gets a second name in kept/.
import type { Content, Version } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { mirrorMetadata } from '../../repository/commit/mirror-metadata.js';
import { toCorruption } from '../../repository/contents/read-content.js';
import { KEPT_MIRROR, mirrorPath } from '../../repository/layout.js';
import type { WritableRepository } from '../../repository/repository.js';
import { Staging, syncDirectory } from '../../repository/staging.js';
import { digestChunks } from '../../system/digest/digest-chunks.js';
import { applyMetadata } from '../../system/files/metadata/apply-metadata.js';
import {
  type BytePath,
  ROOT,
  compareBytes,
  joinPath,
  parentPath,
} from '../../system/files/byte-path.js';
import { FileReader } from '../../system/files/byte-reader.js';
import { readChunks } from '../../system/files/read-chunks.js';
import { showPath } from '../run/notes.js';
import { inspectMirror } from '../snapshot/inspect-mirror.js';
import { writeFoundContent } from './find-content.js';
import type { RepairKind } from './repair-report.js';
import { type RepairRun, noteKept } from './repair-run.js';

interface MirrorRepair extends RepairRun {
  readonly repository: WritableRepository;
  /** The versions of the newest snapshot. */
  readonly newest: readonly Version[];
  readonly staging: Staging;
}

/** @param newest the versions of the newest snapshot, their names checked */
export async function repairMirror(
  run: RepairRun,
  repository: WritableRepository,
  newest: readonly Version[],
): Promise<void> {
  const staging = new Staging(repository.fileSystem, repository.path);
  const repair: MirrorRepair = { ...run, repository, newest, staging };
  // In byte order a directory comes before what is in it.
  for (const version of newest.toSorted((a, b) => compareBytes(a.path, b.path))) {
    await run.context.checkpoint();
    if (version.path === ROOT) continue;
    if (version.type === 'directory') makeDirectory(repair, version);
    else if (version.content === null) makeLink(repair, version);
    else await putBack(repair, version, version.content);
  }
  setMetadata(repair);
}

function makeDirectory(repair: MirrorRepair, { path }: Version): void {
  const { repository, kept } = repair;
  const { fileSystem } = repository;
  const directory = mirrorPath(repository.path, path);
  if (fileSystem.stat(directory)?.isDirectory()) return;
  if (fileSystem.stat(directory) !== null) {
    noteKept(repair, repository.path, kept.move(directory, keptName(path)));
  }
  fileSystem.makeDirectory(directory, 0o700);
  syncDirectory(fileSystem, parentPath(directory));
  tell(repair, 'made', path, `the directory '${showPath(path)}' was made again`);
}

function makeLink(repair: MirrorRepair, version: Version): void {
  const { repository, staging, context } = repair;
  if (version.linkTarget === null) return;
  if (inspectMirror(context, repository.path, version) !== 'wrong-content') return;
  const staged = staging.path(staging.newName());
  repository.fileSystem.makeLink(version.linkTarget, staged);
  putInPlace(repair, version, staged);
  tell(repair, 'made', version.path, `the link '${showPath(version.path)}' was made again`);
}

/** Puts the content of a file back, if its bytes are found. */
async function putBack(repair: MirrorRepair, version: Version, content: Content): Promise<void> {
  const { repository, newest, staging, context, request } = repair;
  const { fileSystem } = repository;
  const { path } = version;
  if (await isMirrorFileWhole(repair, path, content)) return;
  const name = staging.newName();
  const staged = staging.path(name);
  const into = fileSystem.open(staged, 'create');
  const search = { context, repository, newest, source: request.source, path, content, into };
  let origin: string | null;
  try {
    origin = await writeFoundContent(search);
    if (origin !== null) fileSystem.sync(into);
  } finally {
    fileSystem.close(into);
  }
  if (origin === null) {
    staging.discard(name);
    return;
  }
  putInPlace(repair, version, staged);
  tell(repair, 'put-back', path, `'${showPath(path)}' was put back from ${origin}`);
}

async function isMirrorFileWhole(
  { repository, context }: MirrorRepair,
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

/** Gives a staged file or link its metadata, then its place. */
function putInPlace(repair: MirrorRepair, version: Version, staged: BytePath): void {
  const { repository, kept, context } = repair;
  const { fileSystem, path: root } = repository;
  applyMetadata(fileSystem, [mirrorMetadata(staged, version, context.uid)]);
  const target = mirrorPath(root, version.path);
  const present = fileSystem.stat(target);
  if (present !== null) {
    const name = keptName(version.path);
    const file = present.isDirectory() ? kept.move(target, name) : kept.link(target, name);
    noteKept(repair, root, file);
  }
  fileSystem.rename(staged, target);
  syncDirectory(fileSystem, parentPath(target));
}

/** Sets metadata last, and the deepest directories first: making an entry changes its directory's time. */
function setMetadata(repair: MirrorRepair): void {
  const { repository, newest, context } = repair;
  const wrong = newest
    .filter((version) => inspectMirror(context, repository.path, version) === 'wrong-metadata')
    .toSorted((a, b) => compareBytes(b.path, a.path));
  if (wrong.length === 0) return;
  const targets = wrong.map((version) =>
    mirrorMetadata(mirrorPath(repository.path, version.path), version, context.uid),
  );
  const unset = new Set(applyMetadata(repository.fileSystem, targets).map(({ path }) => path));
  const set = targets.filter(({ path }) => !unset.has(path));
  const first = wrong.find((_, index) => set.includes(targets[index] as (typeof targets)[number]));
  if (first === undefined) return;
  const more = set.length === 1 ? '' : ` and of ${set.length - 1} more`;
  const what = `owner, mode and time of '${showPath(first.path)}'${more}`;
  tell(repair, 'metadata', first.path, `${what} were set from the catalog`);
}

function keptName(path: BytePath): BytePath {
  return joinPath(KEPT_MIRROR, path);
}

function tell({ steps }: RepairRun, kind: RepairKind, path: BytePath, message: string): void {
  steps.push({ kind, path: showPath(path), message });
}
