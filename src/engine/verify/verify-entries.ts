// Compares the mirror's entries with the newest snapshot, by stats alone: whether each directory and link
// is there, and nothing else. What scp loses (owners, times, links) is a note, since the catalog has it.
import type { Version } from '../../catalog/records.js';
import { SystemError } from '../../errors.js';
import { ALSO, DATA, mirrorPath } from '../../repository/layout.js';
import type { OpenRepository } from '../../repository/repository.js';
import {
  type BytePath,
  ROOT,
  formatPath,
  isWithin,
  joinPath,
} from '../../system/files/byte-path.js';
import { infoNote, lookNote, showPath, type Note } from '../run/notes.js';
import { type MirrorCondition, inspectMirror } from '../snapshot/inspect-mirror.js';
import { hasChangedSince } from './verify-again.js';
import type { VerifyProblem } from './verify-report.js';
import type { VerifyRun } from './verify-run.js';

/** Types, links, metadata and foreign files: only where the newest snapshot is in scope. */
export function verifyEntries({ repository, scope, context }: VerifyRun): {
  readonly problems: readonly VerifyProblem[];
  readonly notes: readonly Note[];
} {
  const inScope = new Set(scope.versions.map(({ id }) => id));
  const isSettled = repository.owedOperations().length === 0;
  if (!isSettled || !scope.newest.every(({ id }) => inScope.has(id))) {
    return { problems: [], notes: [] };
  }
  const seen = lookAtMirror({ repository, scope, context });
  // A backup that has ended meanwhile changed the mirror.
  if (seen === null || hasChangedSince(repository, scope)) return { problems: [], notes: [] };
  const { conditions, foreign } = seen;
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
      message: `the directory '${showPath(path)}' is missing from the mirror`,
    })),
    notes: [
      ...metadataNotes(wanting(null, 'wrong-metadata')),
      ...wanting('symlink', 'wrong-content').map((version) => linkNote(repository, version)),
      ...foreign.map(notInSnapshotNote),
    ],
  };
}

interface SeenMirror {
  readonly conditions: readonly {
    readonly version: Version;
    readonly condition: MirrorCondition;
  }[];
  readonly foreign: readonly BytePath[];
}

/** @returns null where a backup that ended meanwhile removed what was about to be listed or read */
function lookAtMirror(run: VerifyRun): SeenMirror | null {
  const { repository, scope, context } = run;
  try {
    const conditions = scope.newest.map((version) => ({
      version,
      condition: inspectMirror(context, repository.path, version),
    }));
    return { conditions, foreign: findForeign(repository, scope.newest) };
  } catch (error) {
    if (error instanceof SystemError && hasChangedSince(repository, scope)) return null;
    throw error;
  }
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

/** scp, for one, copies the file that a link leads to instead of the link. */
function linkNote({ fileSystem, path: repository }: OpenRepository, { path }: Version): Note {
  const isDirectory = fileSystem.stat(mirrorPath(repository, path))?.isDirectory() === true;
  return lookNote(
    'mirror-link',
    path,
    `the link '${formatPath(path)}' is missing or changed in the mirror; the catalog has it`,
    isDirectory
      ? 'move the directory that took its place out of the repository'
      : 'the next backup puts it back',
  );
}

function notInSnapshotNote(path: BytePath): Note {
  return lookNote(
    'foreign',
    path,
    `'${formatPath(path)}' is in the repository but not in the newest snapshot`,
    'move it out of the repository',
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
      `owner, mode or time of '${showPath(first.path)}'${more} differ in the mirror; the catalog has the right ones, and the next backup run by root sets them`,
    ),
  ];
}
