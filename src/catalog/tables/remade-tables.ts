// Makes damaged tables anew whose rows no snapshot needs, as far as their rows can be told from other rows and
// from an older state of the same catalog. What is lost: the results of verifications, the stats by which a
// backup leaves unchanged files unread, what servers said since the older state, tags, and confirmations of alarms.
import type { Mark, RepositoryRecord } from '../records.js';
import type { AlarmTable } from './alarm-table.js';
import type { ExaminationTable } from './examination-table.js';
import type { MarkTable } from './mark-table.js';
import type { TagTable } from './tag-table.js';
import type { Connection } from '../sqlite.js';
import type { DigestedTable } from './table-digests.js';

/** Tables whose ids are never used again. */
const NUMBERED = ['snapshot', 'increment', 'verification'] as const;

/** What an older state of a catalog still says of it. */
export interface OlderState {
  readonly repository: RepositoryRecord | null;
  /** What servers said, by the ids of snapshots. */
  readonly servers: ReadonlyMap<number, string>;
  readonly marks: readonly Mark[];
  /** The id that the next row of each table would have had. */
  readonly nextIds: Readonly<Record<(typeof NUMBERED)[number], number>>;
}

/** Where there is no older state. */
export const NO_OLDER_STATE: OlderState = {
  repository: null,
  servers: new Map(),
  marks: [],
  nextIds: { snapshot: 1, increment: 1, verification: 1 },
};

/** The tables of the damaged catalog. */
export interface DamagedTables {
  readonly connection: Connection;
  readonly examinations: ExaminationTable;
  readonly marks: MarkTable;
  readonly tags: TagTable;
  readonly alarms: AlarmTable;
}

const REMAKES = {
  // The snapshots are compared once more.
  alarm: ({ alarms }) => alarms.deleteDamaged(),
  content_check: ({ connection }) => clear(connection, 'content_check'),
  // Each row has a digest of its own.
  examination: ({ examinations }) => examinations.deleteDamaged(),
  mark: remakeMarks,
  repository: remakeRepository,
  server: remakeServers,
  source_state: ({ connection }) => clear(connection, 'source_state'),
  sqlite_sequence: remakeSequence,
  tag: ({ tags }) => tags.deleteDamaged(),
  verification: ({ connection }) => clear(connection, 'verification'),
} as const satisfies Partial<
  Record<DigestedTable, (damaged: DamagedTables, older: OlderState) => void>
>;

export type RemadeTable = keyof typeof REMAKES;

/** Whether a table can be made anew from what is known. */
export function canBeRemade(table: string, { repository }: OlderState): table is RemadeTable {
  return table === 'repository' ? repository !== null : table in REMAKES;
}

/** Called inside a transaction. */
export function remakeTable(damaged: DamagedTables, table: RemadeTable, older: OlderState): void {
  REMAKES[table](damaged, older);
}

function clear(connection: Connection, table: DigestedTable): void {
  connection.prepare(`DELETE FROM ${table}`).run();
}

/** No commit has had a generation as large as this one. */
const GENERATIONS_AHEAD = 2 ** 32;

function remakeRepository({ connection }: DamagedTables, { repository }: OlderState): void {
  if (repository === null) return;
  const { uuid, createdAtSeconds, generation } = repository;
  clear(connection, 'repository');
  connection
    .prepare('INSERT INTO repository (id, uuid, created_at, generation) VALUES (1, ?, ?, ?)')
    .run(uuid, createdAtSeconds, generation + GENERATIONS_AHEAD);
}

function remakeServers({ connection }: DamagedTables, { servers }: OlderState): void {
  clear(connection, 'server');
  const insert = connection.prepare('INSERT INTO server (snapshot, said) VALUES (?, ?)');
  for (const [snapshot, said] of servers) insert.run(snapshot, said);
}

/** A pin may be one too many: it is taken back with one command. One that is missing may cost a snapshot. */
function remakeMarks({ connection, marks }: DamagedTables, older: OlderState): void {
  marks.mendDamaged();
  const there = new Set(marks.list().map(({ snapshotId }) => snapshotId));
  const exists = connection.prepare<[number], bigint>('SELECT id FROM snapshot WHERE id = ?');
  for (const mark of older.marks) {
    const { snapshotId } = mark;
    if (!there.has(snapshotId) && exists.get(snapshotId) !== undefined) marks.put(mark);
  }
}

/** A row of sqlite_sequence is there once its table has had a row. */
function remakeSequence({ connection }: DamagedTables, { nextIds }: OlderState): void {
  clear(connection, 'sqlite_sequence');
  const insert = connection.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)');
  for (const table of NUMBERED) {
    const largest = connection.prepare<[], bigint | null>(`SELECT max(id) FROM ${table}`).pluck();
    const last = Math.max(nextIds[table] - 1, Number(largest.get() ?? 0n));
    // SQLite's own table has no type that makes an integer of a number.
    if (last > 0) insert.run(table, BigInt(last));
  }
}
