// The rows of `version` and `content`: which content and metadata a path had, and in which range of
// snapshots. A version that the newest snapshot has carries no last snapshot.
import { type BytePath, pathToBytes } from '../../system/files/byte-path.js';
import { CheckedRow } from './checked-row.js';
import type { Content, EntryType, NewVersion, Version } from '../records.js';
import { FLAG_STALE, TYPE_NUMBER } from '../schema.js';
import type { Connection } from '../sqlite.js';
import type { TableDigests } from './table-digests.js';

/** uid_t and gid_t, without the number that chown(2) takes for "leave it". */
const MOST_OWNER = 2 ** 32 - 2;

const SELECT = `SELECT version.*, content.sha256, content.size
  FROM version LEFT JOIN content ON content.id = version.content`;

export class VersionTable {
  readonly #connection: Connection;
  readonly #digests: TableDigests;

  constructor(connection: Connection, digests: TableDigests) {
    this.#connection = connection;
    this.#digests = digests;
  }

  /** The versions valid at a snapshot, in byte order of their paths. */
  listAt(snapshotId: number): Version[] {
    return this.#connection
      .prepare<[number, number], object>(
        `${SELECT} WHERE first_snapshot <= ? AND (last_snapshot IS NULL OR last_snapshot >= ?)
         ORDER BY path`,
      )
      .all(snapshotId, snapshotId)
      .map(toVersion);
  }

  /** The versions of the newest snapshot, in byte order of their paths. */
  listNewest(): Version[] {
    return this.#connection
      .prepare<[], object>(`${SELECT} WHERE last_snapshot IS NULL ORDER BY path`)
      .all()
      .map(toVersion);
  }

  /** The versions of the newest snapshot that have this content, in byte order of their paths. */
  listNewestWithContent(contentId: number): Version[] {
    return this.#connection
      .prepare<[number], object>(
        `${SELECT} WHERE version.content = ? AND last_snapshot IS NULL ORDER BY path`,
      )
      .all(contentId)
      .map(toVersion);
  }

  /** Every version of every snapshot, in the order of their insertion. */
  listAll(): Version[] {
    return this.#connection
      .prepare<[], object>(`${SELECT} ORDER BY version.id`)
      .all()
      .map(toVersion);
  }

  /**
   * Checks the versions that no snapshot has. No backup writes such rows, and no other question reads them.
   * @throws CorruptError
   */
  checkUnused(): void {
    const rows = this.#connection
      .prepare<[], object>(
        `${SELECT} WHERE NOT EXISTS (SELECT 1 FROM snapshot WHERE snapshot.id >= first_snapshot
           AND (last_snapshot IS NULL OR snapshot.id <= last_snapshot))`,
      )
      .iterate();
    for (const row of rows) toVersion(row);
  }

  /** Checks each content, also those that no version has. @throws CorruptError */
  checkContents(): void {
    const rows = this.#connection.prepare<[], object>('SELECT * FROM content').iterate();
    for (const row of rows) toContent(new CheckedRow('content', row), 'id');
  }

  /** Whether any snapshot has the path, or something below it. */
  everExisted(path: BytePath): boolean {
    const bytes = pathToBytes(path);
    const below = Buffer.concat([bytes, Buffer.from('/')]);
    const row = this.#connection
      .prepare(`SELECT 1 FROM version WHERE path = ? OR substr(path, 1, length(?)) = ? LIMIT 1`)
      .get(bytes, below, below);
    return row !== undefined;
  }

  /** Whether a version has the content. */
  isUsed({ sha256 }: Pick<Content, 'sha256'>): boolean {
    const row = this.#connection
      .prepare(
        `SELECT 1 FROM version JOIN content ON content.id = version.content
         WHERE content.sha256 = ? LIMIT 1`,
      )
      .get(sha256);
    return row !== undefined;
  }

  /** The content with this digest, or null. */
  findContent(sha256: Uint8Array): Content | null {
    const values = this.#connection
      .prepare<[Uint8Array], object>('SELECT id, sha256, size FROM content WHERE sha256 = ?')
      .get(sha256);
    return values === undefined ? null : toContent(new CheckedRow('content', values), 'id');
  }

  /** The id of the content with this digest. A content that the catalog does not have is added. */
  ensureContent(sha256: Uint8Array, sizeBytes: number): number {
    const known = this.findContent(sha256);
    if (known !== null) return known.id;
    const result = this.#connection
      .prepare('INSERT INTO content (sha256, size) VALUES (?, ?)')
      .run(sha256, sizeBytes);
    return Number(result.lastInsertRowid);
  }

  insert(version: NewVersion, firstSnapshot: number): void {
    this.#connection
      .prepare(
        `INSERT INTO version (path, first_snapshot, last_snapshot, type, mode, uid, gid,
           owner_name, group_name, mtime_ns, content, link_target, flags)
         VALUES (?, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        pathToBytes(version.path),
        firstSnapshot,
        TYPE_NUMBER[version.type],
        version.mode,
        version.uid,
        version.gid,
        version.ownerName,
        version.groupName,
        version.mtimeNs,
        version.contentId,
        version.linkTarget === null ? null : pathToBytes(version.linkTarget),
        version.isStale ? FLAG_STALE : 0,
      );
  }

  /** The ids of all contents that versions of these snapshots have. @param snapshotIds in order */
  contentsOf(snapshotIds: readonly number[]): Set<number> {
    const rows = this.#connection
      .prepare<[], [bigint, bigint, bigint | null]>(
        `SELECT DISTINCT content, first_snapshot, last_snapshot FROM version
         WHERE content IS NOT NULL`,
      )
      .raw()
      .iterate();
    const contents = new Set<number>();
    for (const [content, first, last] of rows) {
      const next = firstFrom(snapshotIds, Number(first));
      if (next !== undefined && next <= Number(last ?? next)) contents.add(Number(content));
    }
    return contents;
  }

  /** Whether an increment leads to a content that no version has: an earlier removal has left it, or it is a basis. */
  hasUnusedResults(): boolean {
    const row = this.#connection
      .prepare(
        `SELECT 1 FROM increment
         WHERE NOT EXISTS (SELECT 1 FROM version WHERE version.content = result) LIMIT 1`,
      )
      .get();
    return row !== undefined;
  }

  /**
   * Gives the versions the ranges of the snapshots that are there, and deletes those that none of them has. Each
   * snapshot keeps its listing as it is.
   */
  narrow(): void {
    this.#connection.exec(
      `DELETE FROM version WHERE NOT EXISTS (SELECT 1 FROM snapshot WHERE id >= first_snapshot
         AND (last_snapshot IS NULL OR id <= last_snapshot))`,
    );
    this.#connection.exec(
      `UPDATE version SET
         first_snapshot = (SELECT min(id) FROM snapshot WHERE id >= first_snapshot),
         last_snapshot = (SELECT max(id) FROM snapshot WHERE id <= last_snapshot)
       WHERE first_snapshot NOT IN (SELECT id FROM snapshot)
         OR last_snapshot NOT IN (SELECT id FROM snapshot)`,
    );
  }

  /** Deletes the contents that neither a version nor an increment has, with what is recorded of them. */
  deleteUnusedContents(): void {
    // Their rows go with the contents.
    for (const table of ['content_check', 'examination'] as const) this.#digests.noteChange(table);
    this.#connection.exec(
      `DELETE FROM content WHERE NOT EXISTS (SELECT 1 FROM version WHERE version.content = content.id)
         AND NOT EXISTS (SELECT 1 FROM increment WHERE result = content.id)
         AND NOT EXISTS (SELECT 1 FROM increment WHERE basis = content.id)`,
    );
  }

  /** Ends the newest version of a path: `lastSnapshot` is the last snapshot that has this version. */
  end(id: number, lastSnapshot: number): void {
    this.#connection
      .prepare('UPDATE version SET last_snapshot = ? WHERE id = ?')
      .run(lastSnapshot, id);
  }
}

/** The first of the numbers, which are in order, that is not below `least`. */
function firstFrom(numbers: readonly number[], least: number): number | undefined {
  let [from, to] = [0, numbers.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((numbers[middle] as number) < least) from = middle + 1;
    else to = middle;
  }
  return numbers[from];
}

/** By the number of each type. */
const TYPES = new Map<number, EntryType>(
  Object.entries(TYPE_NUMBER).map(([type, number]) => [number, type as EntryType]),
);

function toVersion(values: object): Version {
  const row = new CheckedRow('version', values);
  const type = TYPES.get(row.integer('type', 1, TYPES.size)) as EntryType;
  const content = row.orNull('content', () => toContent(row, 'content'));
  const linkTarget = row.orNull('link_target', () => row.path('link_target'));
  if ((type === 'file') !== (content !== null)) throw row.damaged('content', `that of a ${type}`);
  if ((type === 'symlink') !== (linkTarget !== null)) {
    throw row.damaged('link_target', `that of a ${type}`);
  }
  const firstSnapshot = row.id('first_snapshot');
  return {
    id: row.id('id'),
    path: row.path('path'),
    firstSnapshot,
    lastSnapshot: row.orNull('last_snapshot', () =>
      row.integer('last_snapshot', firstSnapshot, Number.MAX_SAFE_INTEGER),
    ),
    type,
    mode: row.integer('mode', 0, 0o7777),
    uid: row.integer('uid', 0, MOST_OWNER),
    gid: row.integer('gid', 0, MOST_OWNER),
    ownerName: row.orNull('owner_name', () => row.text('owner_name')),
    groupName: row.orNull('group_name', () => row.text('group_name')),
    mtimeNs: row.bigint('mtime_ns'),
    content,
    linkTarget,
    isStale: row.integer('flags', 0, FLAG_STALE) === FLAG_STALE,
  };
}

/** @param id the column with the content's id */
function toContent(row: CheckedRow, id: string): Content {
  return { id: row.id(id), sha256: row.digest('sha256'), sizeBytes: row.count('size') };
}
