// Finds what lies in the repository's own folder and is of no snapshot: leftovers of a backup that was cut
// off, which the next backup removes, and foreign files, which nothing removes.
import {
  DATA,
  type DataName,
  STAGING_PARTS,
  classifyDataName,
  dataPath,
  incrementsPath,
  keptPath,
  lockPath,
  parseIncrementName,
  stagingPath,
} from '../../repository/layout.js';
import type { OpenRepository } from '../../repository/repository.js';
import {
  type BytePath,
  ROOT,
  baseName,
  formatPath,
  joinPath,
} from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import { infoNote, lookNote, type Note } from '../run/notes.js';
import { hasChangedSince } from './verify-again.js';
import type { VerifyScope } from './verify-scope.js';

export function verifyDataFolder(repository: OpenRepository, scope: VerifyScope): Note[] {
  const { fileSystem, path } = repository;
  const names = fileSystem.list(dataPath(path));
  const namesOf = (kind: DataName): BytePath[] =>
    names.filter((name) => classifyDataName(name) === kind).map((name) => joinPath(DATA, name));
  const foreign = namesOf('foreign');
  const leftOver = [
    ...namesOf('passing'),
    ...stagedLeftOver(repository).map((name) => joinPath(DATA, name)),
  ];
  const { orphans, others } = strayIncrements(repository);
  append(foreign, others);
  append(leftOver, orphans);
  // A backup that has ended meanwhile made files that the scope does not know.
  if (hasChangedSince(repository, scope)) return [];
  return [
    ...leftOverNotes(leftOver),
    ...namesOf('dump-note').map(temporaryDumpNote),
    ...foreign.map(notOursNote),
    ...keptNotes(repository),
    ...lockNotes(repository),
  ];
}

/** What is in staging and is not needed by an owed operation, relative to our folder. */
function stagedLeftOver(repository: OpenRepository): BytePath[] {
  const { fileSystem, path } = repository;
  const staging = stagingPath(path);
  if (fileSystem.stat(staging)?.isDirectory() !== true) return [];
  const owed = new Set(repository.owedOperations().map(({ staged }) => staged));
  return fileSystem.list(staging).flatMap((folder) => {
    const inside = joinPath(staging, folder);
    const isOurs = STAGING_PARTS.some((part) => part === folder);
    if (!isOurs || fileSystem.stat(inside)?.isDirectory() !== true) {
      return [joinPath(baseName(staging), folder)];
    }
    return fileSystem
      .list(inside)
      .map((name) => joinPath(folder, name))
      .filter((name) => !owed.has(name))
      .map((name) => joinPath(baseName(staging), name));
  });
}

/** Files in increments/ without a row: orphans of a backup that did not commit, and other files. */
function strayIncrements(repository: OpenRepository): {
  readonly orphans: BytePath[];
  readonly others: BytePath[];
} {
  const { fileSystem, path } = repository;
  const folder = incrementsPath(path);
  const known = new Set(repository.incrementIds());
  const orphans: BytePath[] = [];
  const others: BytePath[] = [];
  if (fileSystem.stat(folder)?.isDirectory() !== true) return { orphans, others };
  for (const name of fileSystem.list(folder)) {
    const id = parseIncrementName(name);
    const shown = joinPath(incrementsPath(ROOT), name);
    if (id === null) others.push(shown);
    else if (!known.has(id)) orphans.push(shown);
  }
  return { orphans, others };
}

function leftOverNotes(paths: readonly BytePath[]): Note[] {
  const [first, ...others] = paths;
  if (first === undefined) return [];
  const what = others.length === 0 ? 'is' : `and ${others.length} more are`;
  return [
    infoNote(
      'left-over',
      first,
      `'${formatPath(first)}' ${what} left from a backup that was interrupted or is still running; the next backup cleans up`,
    ),
  ];
}

/** A server may have made a dump for a backup that then was killed. The file says where the dump is. */
function temporaryDumpNote(path: BytePath): Note {
  return infoNote(
    'left-over',
    path,
    `'${formatPath(path)}' names a dump that a server made for a backup; the next backup of the server removes this file, and the dump if it is still that one`,
  );
}

function notOursNote(path: BytePath): Note {
  return lookNote(
    'foreign',
    path,
    `redis-rewind did not make '${formatPath(path)}'`,
    'move it out of the repository',
  );
}

function keptNotes({ fileSystem, path }: OpenRepository): Note[] {
  if (fileSystem.stat(keptPath(path)) === null) return [];
  const message = `'${formatPath(keptPath(path))}' holds what 'verify --repair' moved out of the way; delete it once you need nothing from it`;
  return [infoNote('kept', keptPath(ROOT), message)];
}

/** The lock's file holds no data, so a writer can make a new one. */
function lockNotes({ fileSystem, path }: OpenRepository): Note[] {
  const stat = fileSystem.stat(lockPath(path));
  if (stat?.isFile() === true && stat.size === 0n) return [];
  const shown = lockPath(ROOT);
  return [
    infoNote(
      'lock',
      shown,
      `'${formatPath(shown)}' is missing or changed; the next backup makes a new one`,
    ),
  ];
}
