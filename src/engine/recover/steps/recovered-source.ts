// The files of a snapshot as a recovery places them: some of them alone, under the names that the server looks for, with the
// server's user as their owner. And the manifest that a dump needs as the base of an AOF. A restore reads it as any source.
import type { Emit } from '../../../delta/engine/emit.js';
import { CorruptError } from '../../../errors.js';
import { type BytePath, ROOT, formatPath, parentPath } from '../../../system/files/byte-path.js';
import type { FileStat } from '../../../system/files/file-system.js';
import type { Note } from '../../run/notes.js';
import type {
  Absence,
  RestoreEntry,
  RestoreSource,
  RestoredSnapshot,
  SourceLocation,
} from '../../restore/restore-source.js';
import type { FilesPlan } from '../plan/recovery-plan.js';

/** As whom the server runs, and to whom its files belong. */
export interface ServerOwner {
  readonly uid: number;
  readonly gid: number;
}

export interface PlacedFor {
  readonly owner: ServerOwner;
  /** The server's directory as it is, which stays so; null where it does not exist. */
  readonly folder: FileStat | null;
}

export class RecoveredSource implements RestoreSource {
  readonly location: SourceLocation | null;
  readonly entries: readonly RestoreEntry[];
  readonly #inner: RestoreSource;
  readonly #files: FilesPlan;
  /** Entries of the snapshot, by where they are placed. */
  readonly #placed: ReadonlyMap<BytePath, RestoreEntry>;

  /** @throws CorruptError where the snapshot lacks a file of the plan */
  constructor(inner: RestoreSource, files: FilesPlan, { owner, folder }: PlacedFor) {
    this.#inner = inner;
    this.#files = files;
    this.location = inner.location;
    const byPath = new Map(inner.entries.map((entry) => [entry.path, entry]));
    const placed = files.placed.map(({ from, to }) => {
      const entry = byPath.get(from);
      if (entry?.type === 'file') return [to, entry] as const;
      throw new CorruptError(`'${formatPath(from)}' is not a file of the snapshot`, { path: from });
    });
    this.#placed = new Map(placed);
    const [model] = placed;
    const manifest =
      files.manifest === null || model === undefined
        ? []
        : [manifestEntry(files.manifest, model[1], owner)];
    const own = placed.map(([to, entry]) => fileEntry(entry, to, owner));
    const all = [...own, ...manifest];
    this.entries = [...folderEntries(all, owner, folder), ...all];
  }

  get snapshot(): RestoredSnapshot {
    return this.#inner.snapshot;
  }

  get notes(): readonly Note[] {
    return this.#inner.notes;
  }

  placeOf(): null {
    return null;
  }

  explainAbsence(path: BytePath): Absence {
    return this.#inner.explainAbsence(path);
  }

  async read(file: RestoreEntry, emit: Emit): Promise<void> {
    const entry = this.#placed.get(file.path);
    if (entry !== undefined) return this.#inner.read(entry, emit);
    const { manifest } = this.#files;
    if (manifest?.to !== file.path) throw new Error(`'${formatPath(file.path)}' is not placed`);
    return emit(manifest.bytes);
  }

  finish(): Promise<void> {
    return this.#inner.finish();
  }

  close(): Promise<void> {
    return this.#inner.close();
  }
}

/** As a server makes it under Debian's umask 007. */
const FOLDER_MODE = 0o750;
const FILE_MODE = 0o640;

function fileEntry(entry: RestoreEntry, path: BytePath, { uid, gid }: ServerOwner): RestoreEntry {
  // The server must be able to read it, and to add to it.
  const mode = (entry.mode & 0o777) | 0o600;
  return { ...entry, path, mode, uid, gid, ownerName: null, groupName: null };
}

function manifestEntry(
  { to, bytes }: NonNullable<FilesPlan['manifest']>,
  model: RestoreEntry,
  owner: ServerOwner,
): RestoreEntry {
  const { length: sizeBytes } = bytes;
  return { ...fileEntry(model, to, owner), mode: FILE_MODE, sizeBytes, verdict: null };
}

/** The server's directory itself, and the folder of its AOF. */
function folderEntries(
  files: readonly RestoreEntry[],
  owner: ServerOwner,
  folder: FileStat | null,
): RestoreEntry[] {
  const below = new Set(files.map(({ path }) => parentPath(path)).filter((path) => path !== ROOT));
  const mtimeNs = files.reduce((last, file) => (file.mtimeNs > last ? file.mtimeNs : last), 0n);
  const made = { ...owner, mode: FOLDER_MODE, mtimeNs };
  const own =
    folder === null
      ? made
      : {
          uid: Number(folder.uid),
          gid: Number(folder.gid),
          mode: Number(folder.mode & 0o7777n),
          mtimeNs: folder.mtimeNs,
        };
  return [folderEntry(ROOT, own), ...[...below].map((path) => folderEntry(path, made))];
}

function folderEntry(
  path: BytePath,
  metadata: Pick<RestoreEntry, 'uid' | 'gid' | 'mode' | 'mtimeNs'>,
): RestoreEntry {
  return {
    path,
    type: 'directory',
    ...metadata,
    ownerName: null,
    groupName: null,
    sizeBytes: 0,
    linkTarget: null,
    isStale: false,
    verdict: null,
  };
}
