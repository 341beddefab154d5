// The tables of catalog.sqlite3 in each format version (docs/format.md, "The catalog"). A released
// statement is never changed. A new version adds statements of its own, which are also its migration. It
// also adds a fixture.

/** `PRAGMA application_id`: the bytes "RRwd". */
export const APPLICATION_ID = 0x52527764;

/** `PRAGMA user_version` of the catalogs that this program writes. */
export const FORMAT_VERSION = 5;

/** Numbers of `version.type`; never reused. */
export const TYPE_NUMBER = { file: 1, directory: 2, symlink: 3 } as const;

/** Numbers of `increment.kind`; never reused. */
export const KIND_NUMBER = { full: 1, delta: 2 } as const;

/** Bits of `version.flags`. */
export const FLAG_STALE = 1;

const VERSION_1: readonly string[] = [
  `CREATE TABLE repository (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  uuid TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  generation INTEGER NOT NULL
) STRICT`,
  `CREATE TABLE snapshot (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  time INTEGER NOT NULL UNIQUE,
  host TEXT NOT NULL,
  source BLOB NOT NULL,
  program TEXT NOT NULL,
  files INTEGER NOT NULL,
  source_bytes INTEGER NOT NULL,
  new_files INTEGER NOT NULL,
  changed_files INTEGER NOT NULL,
  deleted_files INTEGER NOT NULL,
  increment_bytes INTEGER NOT NULL,
  added_bytes INTEGER NOT NULL,
  notes TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT`,
  `CREATE TABLE content (
  id INTEGER PRIMARY KEY,
  sha256 BLOB NOT NULL UNIQUE CHECK (length(sha256) = 32),
  size INTEGER NOT NULL CHECK (size >= 0)
) STRICT`,
  `CREATE TABLE version (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL,
  first_snapshot INTEGER NOT NULL REFERENCES snapshot (id),
  last_snapshot INTEGER REFERENCES snapshot (id),
  type INTEGER NOT NULL CHECK (type IN (1, 2, 3)),
  mode INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  gid INTEGER NOT NULL,
  owner_name TEXT,
  group_name TEXT,
  mtime_ns INTEGER NOT NULL,
  content INTEGER REFERENCES content (id),
  link_target BLOB,
  flags INTEGER NOT NULL,
  CHECK ((type = 1) = (content IS NOT NULL)),
  CHECK ((type = 3) = (link_target IS NOT NULL)),
  UNIQUE (path, first_snapshot)
) STRICT`,
  `CREATE UNIQUE INDEX version_newest ON version (path) WHERE last_snapshot IS NULL`,
  `CREATE INDEX version_content ON version (content) WHERE content IS NOT NULL`,
  `CREATE TABLE increment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind INTEGER NOT NULL CHECK (kind IN (1, 2)),
  result INTEGER NOT NULL UNIQUE REFERENCES content (id),
  basis INTEGER REFERENCES content (id),
  result_sha256 BLOB NOT NULL CHECK (length(result_sha256) = 32),
  result_size INTEGER NOT NULL CHECK (result_size >= 0),
  plain_bytes INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL,
  stored_sha256 BLOB NOT NULL CHECK (length(stored_sha256) = 32),
  CHECK ((kind = 2) = (basis IS NOT NULL))
) STRICT`,
  `CREATE INDEX increment_basis ON increment (basis) WHERE basis IS NOT NULL`,
  `CREATE TABLE owed_operation (
  position INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  path BLOB NOT NULL,
  staged TEXT
) STRICT`,
  `CREATE TABLE source_state (
  path BLOB PRIMARY KEY,
  device INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  settled INTEGER NOT NULL
) STRICT, WITHOUT ROWID`,
];

/** Adds the verifications, and when each content's bytes were last compared with their digest. */
const VERSION_2: readonly string[] = [
  `CREATE TABLE verification (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  mode TEXT NOT NULL CHECK (mode IN ('full', 'quick', 'sample', 'timed')),
  snapshot INTEGER,
  round_started_at INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER NOT NULL,
  problems INTEGER NOT NULL CHECK (problems >= 0),
  contents INTEGER NOT NULL CHECK (contents >= 0),
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  contents_left INTEGER NOT NULL CHECK (contents_left >= 0),
  bytes_left INTEGER NOT NULL CHECK (bytes_left >= 0)
) STRICT`,
  `CREATE TABLE content_check (
  content INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
  checked_at INTEGER NOT NULL,
  whole INTEGER NOT NULL CHECK (whole IN (0, 1))
) STRICT`,
];

/** Adds what a server said about itself at a snapshot, and what was found in dumps and AOF files. */
const VERSION_3: readonly string[] = [
  `CREATE TABLE server (
  snapshot INTEGER PRIMARY KEY REFERENCES snapshot (id) ON DELETE CASCADE,
  said TEXT NOT NULL
) STRICT`,
  `CREATE TABLE examination (
  content INTEGER PRIMARY KEY REFERENCES content (id) ON DELETE CASCADE,
  loads INTEGER CHECK (loads IN (0, 1)),
  problem TEXT,
  found TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT`,
];

/** Adds the digests of whole tables (table-digests.ts). */
const VERSION_4: readonly string[] = [
  `CREATE TABLE table_digest (
  name TEXT PRIMARY KEY,
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT, WITHOUT ROWID`,
];

/** Adds what people say of snapshots, and what comparing each snapshot with the one before has found. */
const VERSION_5: readonly string[] = [
  `CREATE TABLE mark (
  snapshot INTEGER PRIMARY KEY REFERENCES snapshot (id) ON DELETE CASCADE,
  pinned INTEGER NOT NULL CHECK (pinned IN (0, 1)),
  note TEXT,
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT`,
  `CREATE TABLE tag (
  snapshot INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  PRIMARY KEY (snapshot, name)
) STRICT, WITHOUT ROWID`,
  `CREATE TABLE alarm (
  snapshot INTEGER PRIMARY KEY REFERENCES snapshot (id) ON DELETE CASCADE,
  reasons TEXT NOT NULL,
  confirmed_at INTEGER,
  digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT`,
];

/** What each version adds to the version before, from version 1 on. Each version has other tables. */
const ADDED = [VERSION_1, VERSION_2, VERSION_3, VERSION_4, VERSION_5];

/** The statements that make an empty catalog of a format version, in order. */
export function schemaOf(version: number): readonly string[] {
  return ADDED.slice(0, version).flat();
}

/** The statements that upgrade a catalog of version `from` to the present version. */
export function migrationFrom(from: number): readonly string[] {
  return ADDED.slice(from).flat();
}
