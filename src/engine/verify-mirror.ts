// Proving the mirror: every entry of the newest snapshot is there with its type and its bytes, and
// nothing else is. Metadata that a copy by scp has lost is a note: the catalog has it.
import { createHash } from 'node:crypto';
import type { Version } from '../catalog/records.js';
import { CorruptError } from '../errors.js';
import { ALSO, DATA, mirrorPath } from '../repository/layout.js';
import type { OpenRepository } from '../repository/open-repository.js';
import { placesOf } from '../repository/plan-content.js';
import { readChunks } from '../repository/read-chunks.js';
import { type BytePath, ROOT, formatPath, isWithin, joinPath } from '../system/byte-path.js';
import { FileReader } from '../system/byte-reader.js';
import { inspectMirror } from './inspect-mirror.js';
import { infoNote, lookNote, showPath } from './notes.js';
import type { Note, VerifyProblem } from './reports.js';
import type { RunContext } from './run-context.js';
import { type VerifyScope, snapshotsWith } from './verify.js';

export interface MirrorVerification {
  readonly problems: readonly VerifyProblem[];
  readonly notes: readonly Note[];
  readonly bytesChecked: number;
}

export async function verifyMirror(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
): Promise<MirrorVerification> {
  const newest = scope.versions.filter(({ lastSnapshot }) => lastSnapshot === null);
  const isSettled = repository.catalog.read(() => repository.catalog.owed.list().length === 0);
  const problems: VerifyProblem[] = [];
  const otherMetadata: Version[] = [];
  let bytesChecked = 0;
  const totalBytes = newest.reduce((sum, { content }) => sum + (content?.sizeBytes ?? 0), 0);
  for (const version of newest) {
    await context.checkpoint();
    const condition = isSettled ? inspectMirror(context, repository.path, version) : 'whole';
    if (condition === 'wrong-metadata') otherMetadata.push(version);
    if (version.type === 'file') {
      const path = showPath(version.path);
      context.onProgress({ phase: 'verifying', path, doneBytes: bytesChecked, totalBytes });
      const message = await findFault(repository, version, context);
      bytesChecked += version.content?.sizeBytes ?? 0;
      if (message === null || wasOvertaken(repository, scope)) continue;
      const snapshots = snapshotsWith(version, scope);
      problems.push({ path, snapshots, kind: 'mirror-content', message });
    } else if (condition === 'wrong-content') {
      problems.push({
        path: showPath(version.path),
        snapshots: [],
        kind: 'mirror-entry',
        message: `the ${version.type} is not in the mirror as the catalog has it`,
      });
    }
  }
  const foreign = isSettled ? findForeign(repository, newest) : [];
  return {
    problems,
    notes: [...metadataNotes(otherMetadata), ...foreign.map(foreignNote)],
    bytesChecked,
  };
}

/** What is wrong with a mirror file; null where its bytes are those that were backed up. */
async function findFault(
  repository: OpenRepository,
  version: Version,
  context: RunContext,
): Promise<string | null> {
  const { fileSystem, catalog, path } = repository;
  const { content } = version;
  if (content === null) return 'the catalog has no content for it';
  const places = catalog.read(() => placesOf(catalog, path, version.path));
  const place = places.find((candidate) => fileSystem.stat(candidate)?.isFile());
  if (place === undefined) return 'the mirror file is gone';
  const file = fileSystem.open(place, 'read');
  try {
    const hash = createHash('sha256');
    for (const bytes of readChunks(new FileReader(fileSystem, file, content.sizeBytes))) {
      await context.checkpoint();
      hash.update(bytes);
    }
    return hash.digest().equals(content.sha256)
      ? null
      : 'the mirror file is not what was backed up (its SHA-256 differs)';
  } catch (error) {
    if (error instanceof CorruptError) return `the mirror ${error.message}`;
    throw error;
  } finally {
    fileSystem.close(file);
  }
}

function wasOvertaken({ catalog }: OpenRepository, scope: VerifyScope): boolean {
  return catalog.read(() => catalog.repository.get()?.generation) !== scope.generation;
}

/** Everything in the mirror that is no entry of the newest snapshot. */
function findForeign(
  { fileSystem, path, catalog }: OpenRepository,
  scoped: readonly Version[],
): BytePath[] {
  const known = new Set(
    catalog.read(() => catalog.versions.listNewest()).map((version) => version.path),
  );
  if (scoped.length === 0) return [];
  const foreign: BytePath[] = [];
  const visit = (folder: BytePath): void => {
    for (const name of fileSystem.list(mirrorPath(path, folder))) {
      const entry = joinPath(folder, name);
      if (entry === DATA) {
        if (fileSystem.stat(mirrorPath(path, ALSO)) !== null) visitKnown(ALSO);
      } else visitKnown(entry);
    }
  };
  const visitKnown = (entry: BytePath): void => {
    if (!known.has(entry)) foreign.push(entry);
    else if (fileSystem.stat(mirrorPath(path, entry))?.isDirectory()) visit(entry);
  };
  visit(ROOT);
  return foreign.filter((entry) => !isWithin(entry, DATA) || isWithin(entry, ALSO));
}

function foreignNote(path: BytePath): Note {
  return lookNote(
    'foreign',
    path,
    `'${formatPath(path)}' is in the repository and in no snapshot`,
    'move it elsewhere: the mirror is not a place for other files',
  );
}

function metadataNotes(versions: readonly Version[]): Note[] {
  const [first, ...others] = versions;
  if (first === undefined) return [];
  const more = others.length === 0 ? '' : ` and of ${others.length} more`;
  return [
    infoNote(
      'mirror-metadata',
      first.path,
      `owner, mode or time of '${showPath(first.path)}'${more} are not in the mirror as they were; the catalog has them, and the next backup by root sets them`,
    ),
  ];
}
