// The rows of `version` and `content`: which content and metadata a path had, and in which range of
// snapshots. A version that the newest snapshot has carries no last snapshot.
import { CorruptError } from '../errors.js';
import { pathFromBytes, pathToBytes, type BytePath } from '../system/files/byte-path.js';
import { toBigInt, toBlob, toInteger } from './column-values.js';
import type { Content, EntryType, NewVersion, Version } from './records.js';
import { FLAG_STALE, TYPE_NUMBER } from './schema.js';
import type { Connection } from './sqlite.js';

interface Row {
  readonly id: bigint;
  readonly path: Buffer;
  readonly first_snapshot: bigint;
  readonly last_snapshot: bigint | null;
  readonly type: bigint;
  readonly mode: bigint;
  readonly uid: bigint;
  readonly gid: bigint;
  readonly owner_name: string | null;
  readonly group_name: string | null;
  readonly mtime_ns: bigint;
  readonly content: bigint | null;
  readonly link_target: Buffer | null;
  readonly flags: bigint;
  readonly sha256: Buffer | null;
  readonly size: bigint | null;
}

const SELECT = `SELECT version.*, content.sha256, content.size
  FROM version LEFT JOIN content ON content.id = version.content`;

export class VersionTable {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The versions valid at a snapshot, in byte order of their paths. */
  listAt(snapshotId: number): Version[] {
    return this.#connection
      .prepare<[number, number], Row>(
        `${SELECT} WHERE first_snapshot <= ? AND (last_snapshot IS NULL OR last_snapshot >= ?)
         ORDER BY path`,
      )
      .all(snapshotId, snapshotId)
      .map(toVersion);
  }

  /** The versions of the newest snapshot, in byte order of their paths. */
  listNewest(): Version[] {
    return this.#connection
      .prepare<[], Row>(`${SELECT} WHERE last_snapshot IS NULL ORDER BY path`)
      .all()
      .map(toVersion);
  }

  /** The versions of the newest snapshot that have this content, in byte order of their paths. */
  listNewestWithContent(contentId: number): Version[] {
    return this.#connection
      .prepare<[number], Row>(
        `${SELECT} WHERE version.content = ? AND last_snapshot IS NULL ORDER BY path`,
      )
      .all(contentId)
      .map(toVersion);
  }

  /** Every version of every snapshot, in the order of their insertion. */
  listAll(): Version[] {
    return this.#connection.prepare<[], Row>(`${SELECT} ORDER BY version.id`).all().map(toVersion);
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

  /** The content with this digest, or null. */
  findContent(sha256: Uint8Array): Content | null {
    const row = this.#connection
      .prepare<[Uint8Array], { id: bigint; sha256: Buffer; size: bigint }>(
        'SELECT id, sha256, size FROM content WHERE sha256 = ?',
      )
      .get(sha256);
    if (row === undefined) return null;
    return {
      id: toInteger(row.id),
      sha256: toBlob(row.sha256),
      sizeBytes: toInteger(row.size),
    };
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

  /** Ends the newest version of a path: `lastSnapshot` is the last snapshot that has this version. */
  end(id: number, lastSnapshot: number): void {
    this.#connection
      .prepare('UPDATE version SET last_snapshot = ? WHERE id = ?')
      .run(lastSnapshot, id);
  }
}

const TYPES = new Map<number, EntryType>(
  Object.entries(TYPE_NUMBER).map(([type, number]) => [number, type as EntryType]),
);

function toVersion(row: Row): Version {
  return {
    id: toInteger(row.id),
    path: pathFromBytes(toBlob(row.path)),
    firstSnapshot: toInteger(row.first_snapshot),
    lastSnapshot: row.last_snapshot === null ? null : toInteger(row.last_snapshot),
    type: toType(row.type),
    mode: toInteger(row.mode),
    uid: toInteger(row.uid),
    gid: toInteger(row.gid),
    ownerName: row.owner_name,
    groupName: row.group_name,
    mtimeNs: toBigInt(row.mtime_ns),
    content:
      row.content === null
        ? null
        : {
            id: toInteger(row.content),
            sha256: toBlob(row.sha256),
            sizeBytes: toInteger(row.size),
          },
    linkTarget: row.link_target === null ? null : pathFromBytes(toBlob(row.link_target)),
    isStale: (toInteger(row.flags) & FLAG_STALE) !== 0,
  };
}

function toType(value: unknown): EntryType {
  const number = toInteger(value);
  const type = TYPES.get(number);
  if (type === undefined) throw new CorruptError(`the catalog has an entry of the type ${number}`);
  return type;
}
