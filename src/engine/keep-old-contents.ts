// Keeping the contents that leave the mirror: a reverse delta against what is akin among the new
// ones, or a full copy.
import type { Content, Version } from '../catalog/records.js';
import { mirrorPath } from '../repository/layout.js';
import type { WritableRepository } from '../repository/open-repository.js';
import type { Staging } from '../repository/staging.js';
import { type NewIncrement, writeIncrement } from '../repository/write-increment.js';
import { type BytePath, formatPath } from '../system/byte-path.js';
import { FileReader } from '../system/byte-reader.js';
import type { FileDescriptor } from '../system/file-system.js';
import { chooseBasis } from './choose-basis.js';
import type { NextEntry } from './next-entry.js';
import { lookNote } from './notes.js';
import type { LastSnapshot } from './plan-reading.js';
import type { Note } from './reports.js';
import type { RunContext } from './run-context.js';

export interface KeepRequest {
  readonly context: RunContext;
  readonly repository: WritableRepository;
  readonly staging: Staging;
  readonly last: LastSnapshot;
  readonly next: readonly NextEntry[];
}

export interface KeptContents {
  readonly increments: readonly NewIncrement[];
  readonly notes: readonly Note[];
}

export async function keepOldContents(request: KeepRequest): Promise<KeptContents> {
  const { context, repository } = request;
  const leaving = findLeaving(request.last, request.next);
  const totalBytes = leaving.reduce((sum, { content }) => sum + content.sizeBytes, 0);
  const increments: NewIncrement[] = [];
  const notes: Note[] = [];
  let doneBytes = 0;
  let id = repository.catalog.read(() => repository.catalog.increments.nextId());
  for (const { content, version } of leaving) {
    const path = formatPath(version.path);
    context.onProgress({ phase: 'comparing', path, doneBytes, totalBytes });
    const increment = await keepOne(request, id, content, version);
    doneBytes += content.sizeBytes;
    if (increment === null) {
      notes.push(
        lookNote(
          'mirror-lost',
          version.path,
          `the repository's own file '${path}' is gone: its last version cannot be kept`,
          'find out who changes files in the repository',
        ),
      );
      continue;
    }
    id += 1;
    increments.push(increment);
    if (!increment.resultSha256.equals(content.sha256)) {
      notes.push(
        lookNote(
          'mirror-damaged',
          version.path,
          `the repository's own file '${path}' was damaged: its last version is kept as it was found, and is marked so`,
          "look for errors of the disk, and run 'redis-rewind verify'",
        ),
      );
    }
  }
  return { increments, notes };
}

interface Leaving {
  readonly content: Content;
  readonly version: Version;
}

/** Contents of the last snapshot that no entry of the new one has, each once. */
function findLeaving(last: LastSnapshot, next: readonly NextEntry[]): Leaving[] {
  const staying = new Set(next.map(({ content }) => content?.sha256.toString('hex')));
  const leaving = new Map<number, Leaving>();
  for (const version of last.versions.values()) {
    const { content } = version;
    if (content === null || staying.has(content.sha256.toString('hex'))) continue;
    if (!leaving.has(content.id)) leaving.set(content.id, { content, version });
  }
  return [...leaving.values()];
}

async function keepOne(
  request: KeepRequest,
  id: number,
  content: Content,
  version: Version,
): Promise<NewIncrement | null> {
  const { context, repository, staging, last } = request;
  const { fileSystem } = context;
  const oldPath = mirrorPath(repository.path, version.path);
  if (fileSystem.stat(oldPath)?.isFile() !== true) return null;
  const candidates = request.next.flatMap((entry) => {
    const state = entry.state ?? last.states.get(entry.path);
    if (entry.content === null || state === undefined) return [];
    const place =
      entry.staged === null ? mirrorPath(repository.path, entry.path) : staging.path(entry.staged);
    const { content: key, path } = entry;
    return [
      { path, sizeBytes: key.sizeBytes, device: state.device, inode: state.inode, key, place },
    ];
  });
  const state = last.states.get(version.path);
  const basis = chooseBasis(
    {
      path: version.path,
      sizeBytes: content.sizeBytes,
      device: state?.device ?? 0n,
      inode: state?.inode ?? 0n,
    },
    candidates,
  );
  const open: FileDescriptor[] = [];
  const reader = (path: BytePath, sizeBytes: number): FileReader => {
    const file = fileSystem.open(path, 'read');
    open.push(file);
    const present = Number(fileSystem.statOpen(file).size);
    return new FileReader(fileSystem, file, Math.min(present, sizeBytes));
  };
  try {
    return await writeIncrement({
      fileSystem,
      repository: repository.path,
      id,
      result: content,
      resultReader: reader(oldPath, content.sizeBytes),
      basis: basis === null ? null : { ...basis.key, reader: reader(basis.place, basis.sizeBytes) },
      checkpoint: context.checkpoint,
    });
  } finally {
    for (const file of open) fileSystem.close(file);
  }
}
