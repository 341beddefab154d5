// What lies in the repository's own folder and belongs to no snapshot: leftovers of a backup that was
// cut off, which the next one deletes by itself, and files of others, which nobody deletes.
import {
  DATA,
  dataPath,
  incrementsPath,
  lockPath,
  parseCatalogCopyName,
  parseIncrementName,
  stagingPath,
} from '../../repository/layout.js';
import type { OpenRepository } from '../../repository/repository.js';
import { type BytePath, baseName, formatPath, joinPath } from '../../system/files/byte-path.js';
import { infoNote, lookNote, type Note } from '../run/notes.js';
import { wasOvertaken } from './verify-again.js';
import type { VerifyScope } from './verify-scope.js';

const OWN_NAMES = new Set<string>([
  'catalog.sqlite3',
  'lock.sqlite3',
  // SQLite's, as long as a writer holds the lock.
  'lock.sqlite3-journal',
  'increments',
  'staging',
  'also',
  'kept',
  'README',
]);

/** What SQLite and the making of a repository leave when they are cut off. */
const PASSING_NAMES = new Set<string>([
  'catalog.sqlite3-journal',
  'catalog.new',
  'catalog.new-journal',
]);

export function verifyDataFolder(repository: OpenRepository, scope: VerifyScope): Note[] {
  const { fileSystem, path } = repository;
  const names = fileSystem.list(dataPath(path));
  const foreign: BytePath[] = names
    .filter((name) => !isOwnName(name))
    .map((name) => joinPath(DATA, name));
  const leftOver = [
    ...names.filter((name) => PASSING_NAMES.has(name)),
    ...stagedLeftOver(repository),
  ].map((name) => joinPath(DATA, name));
  const { orphans, others } = strayIncrements(repository);
  foreign.push(...others);
  leftOver.push(...orphans);
  // A backup that ended meanwhile, or one that runs, has made what is not known.
  if (wasOvertaken(repository, scope)) return [];
  return [
    ...leftOverNotes(leftOver),
    ...foreign.map(foreignNote),
    ...keptNotes(repository, names),
    ...lockNotes(repository),
  ];
}

function isOwnName(name: BytePath): boolean {
  return OWN_NAMES.has(name) || PASSING_NAMES.has(name) || parseCatalogCopyName(name) !== null;
}

/** Names below our folder of what staging holds and no operation is owed for. */
function stagedLeftOver(repository: OpenRepository): BytePath[] {
  const { fileSystem, path } = repository;
  const staging = stagingPath(path);
  if (fileSystem.stat(staging)?.isDirectory() !== true) return [];
  const owed = new Set(repository.owedOperations().map(({ staged }) => staged));
  return fileSystem.list(staging).flatMap((folder) => {
    const inside = joinPath(staging, folder);
    const isOurs = folder === 'new' || folder === 'old';
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

/** Files in increments/ without a row: of a backup that did not commit, and those that are none. */
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
    const shown = joinPath(joinPath(DATA, baseName(folder)), name);
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
      `'${formatPath(first)}' ${what} of a backup that was cut off, or that is running; the next one puts that right`,
    ),
  ];
}

function foreignNote(path: BytePath): Note {
  return lookNote(
    'foreign',
    path,
    `'${formatPath(path)}' is not of the repository`,
    'move it elsewhere: the folder is not a place for other files',
  );
}

function keptNotes({ path }: OpenRepository, names: readonly BytePath[]): Note[] {
  const kept = names.find((name) => name === 'kept');
  if (kept === undefined) return [];
  const message = `'${formatPath(joinPath(dataPath(path), kept))}' holds what 'verify --repair' has moved out of the way; delete it when nothing in it is wanted`;
  return [infoNote('kept', joinPath(DATA, kept), message)];
}

/** It holds nothing but the lock itself, so that a writer can make it anew. */
function lockNotes({ fileSystem, path }: OpenRepository): Note[] {
  const stat = fileSystem.stat(lockPath(path));
  if (stat?.isFile() === true && stat.size === 0n) return [];
  const shown = joinPath(DATA, baseName(lockPath(path)));
  return [
    infoNote(
      'lock',
      shown,
      `'${formatPath(shown)}' is not as it was made; the next backup makes it anew`,
    ),
  ];
}
