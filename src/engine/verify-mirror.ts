// Proving the mirror: every entry of the newest snapshot is there with its type and its bytes, and
// nothing else is. What a copy by scp has lost (owners, times, links) is a note: the catalog has it.
import type { Content, Version } from '../catalog/records.js';
import { CorruptError } from '../errors.js';
import { ALSO, DATA, mirrorPath } from '../repository/layout.js';
import type { OpenRepository } from '../repository/open-repository.js';
import { placesOf } from '../repository/plan-content.js';
import { toCorruption } from '../repository/read-content.js';
import { type BytePath, ROOT, formatPath, isWithin, joinPath } from '../system/byte-path.js';
import { FileReader } from '../system/byte-reader.js';
import { digestChunks } from '../system/digest.js';
import { readChunks } from '../system/read-chunks.js';
import { type MirrorCondition, inspectMirror } from './inspect-mirror.js';
import { infoNote, lookNote, showPath } from './notes.js';
import type { Note, VerifyProblem } from './reports.js';
import type { RunContext } from './run-context.js';
import { type LostContents, type VerifyScope } from './verify.js';
import { confirmLost, wasOvertaken } from './verify-again.js';

export interface MirrorVerification {
  /** Contents that should be in the mirror, and that no file of it has. */
  readonly lost: LostContents;
  /** What is wrong and costs no snapshot anything. */
  readonly problems: readonly VerifyProblem[];
  readonly notes: readonly Note[];
  readonly bytesChecked: number;
}

export async function verifyMirror(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
): Promise<MirrorVerification> {
  const { faults, intact, bytesChecked } = await readMirrorFiles(repository, scope, context);
  const isElsewhere = ({ content }: Fault): boolean => intact.has(content.id);
  const lost = await confirmLost(
    repository,
    scope,
    context,
    faults.filter((fault) => !isElsewhere(fault)),
  );
  const { problems, notes } = inspectEntries(repository, scope, context);
  return {
    lost,
    problems: [...faults.filter(isElsewhere).map(spareProblem), ...problems],
    notes,
    bytesChecked,
  };
}

interface Fault {
  readonly path: BytePath;
  readonly content: Content;
  readonly message: string;
}

interface MirrorReading {
  readonly faults: readonly Fault[];
  /** Ids of contents that at least one file has. */
  readonly intact: ReadonlySet<number>;
  readonly bytesChecked: number;
}

/** Reads every mirror file with a content that is in scope. */
async function readMirrorFiles(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
): Promise<MirrorReading> {
  const wanted = new Set(scope.versions.map(({ content }) => content?.id));
  const files = scope.newest.flatMap(({ path, content }) =>
    content !== null && wanted.has(content.id) ? [{ path, content }] : [],
  );
  const totalBytes = files.reduce((sum, { content }) => sum + content.sizeBytes, 0);
  const faults: Fault[] = [];
  const intact = new Set<number>();
  let bytesChecked = 0;
  for (const { path, content } of files) {
    const shown = showPath(path);
    context.onProgress({ phase: 'verifying', path: shown, doneBytes: bytesChecked, totalBytes });
    const message = await findFault(repository, path, content, context);
    if (message === null) intact.add(content.id);
    else faults.push({ path, content, message });
    bytesChecked += content.sizeBytes;
  }
  return { faults, intact, bytesChecked };
}

/** What is wrong with a mirror file; null where its bytes are those that were backed up. */
async function findFault(
  repository: OpenRepository,
  path: BytePath,
  content: Content,
  { checkpoint }: RunContext,
): Promise<string | null> {
  const { fileSystem, catalog } = repository;
  const name = `the mirror file '${showPath(path)}'`;
  await checkpoint();
  const places = catalog.read(() => placesOf(catalog, repository.path, path));
  const place = places.find((candidate) => fileSystem.stat(candidate)?.isFile());
  if (place === undefined) return `${name} is gone`;
  try {
    const file = fileSystem.open(place, 'read');
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

function spareProblem({ path, message }: Fault): VerifyProblem {
  return {
    path: showPath(path),
    snapshots: [],
    kind: 'mirror-content',
    message: `${message}; another file of the mirror has the same content, whole`,
  };
}

/** Types, links, metadata and foreign files: only where the newest snapshot is in scope. */
function inspectEntries(
  repository: OpenRepository,
  scope: VerifyScope,
  context: RunContext,
): { readonly problems: readonly VerifyProblem[]; readonly notes: readonly Note[] } {
  const inScope = new Set(scope.versions.map(({ id }) => id));
  const { catalog } = repository;
  const isSettled = catalog.read(() => catalog.owed.list().length === 0);
  if (!isSettled || !scope.newest.every(({ id }) => inScope.has(id))) {
    return { problems: [], notes: [] };
  }
  const conditions = scope.newest.map((version) => ({
    version,
    condition: inspectMirror(context, repository.path, version),
  }));
  const foreign = findForeign(repository, scope.newest);
  // A backup that ended meanwhile has changed what should be there.
  if (wasOvertaken(repository, scope)) return { problems: [], notes: [] };
  const wanting = (type: Version['type'] | null, wanted: MirrorCondition): Version[] =>
    conditions
      .filter(
        ({ version, condition }) => condition === wanted && version.type === (type ?? version.type),
      )
      .map(({ version }) => version);
  return {
    problems: wanting('directory', 'wrong-content').map(({ path }) => ({
      path: showPath(path),
      snapshots: [],
      kind: 'mirror-entry',
      message: `the directory '${showPath(path)}' is not in the mirror`,
    })),
    notes: [
      ...metadataNotes(wanting(null, 'wrong-metadata')),
      ...wanting('symlink', 'wrong-content').map((version) => linkNote(repository, version)),
      ...foreign.map(foreignNote),
    ],
  };
}

/** Everything in the mirror that is no entry of the newest snapshot. */
function findForeign({ fileSystem, path }: OpenRepository, newest: readonly Version[]): BytePath[] {
  const known = new Map(newest.map((version) => [version.path, version.type]));
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
    else if (known.get(entry) !== 'directory') return;
    else if (fileSystem.stat(mirrorPath(path, entry))?.isDirectory()) visit(entry);
  };
  visit(ROOT);
  return foreign.filter((entry) => !isWithin(entry, DATA) || isWithin(entry, ALSO));
}

/** scp and others copy what a link leads to in its place. */
function linkNote({ fileSystem, path: repository }: OpenRepository, { path }: Version): Note {
  const isDirectory = fileSystem.stat(mirrorPath(repository, path))?.isDirectory() === true;
  return lookNote(
    'mirror-link',
    path,
    `the link '${formatPath(path)}' is not in the mirror as it was; the catalog has it`,
    isDirectory
      ? 'move the directory in its place out of the repository'
      : 'the next backup puts it back',
  );
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
