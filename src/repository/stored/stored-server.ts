// What a server said before a backup, as the catalog keeps it (docs/format.md, "What a server said"). These
// details have a type of their own here, so a change to a report never changes the format.
import type { Snapshot } from '../../catalog/records.js';
import { CorruptError } from '../../errors.js';
import { StoredObject, decodeStored } from './stored-fields.js';

/** `product`, `role` and `save` are words of ServerReport. A later program may have written another word. */
export interface StoredServer {
  readonly product: string;
  readonly version: string;
  readonly runId: string;
  /** Null in snapshots of older programs, which did not write it. So are `primary` and `masterName`. */
  readonly address: string | null;
  readonly role: string;
  readonly primary: string | null;
  readonly masterName: string | null;
  readonly replicationOffset: number | null;
  readonly databases: readonly StoredDatabase[];
  readonly usedMemoryBytes: number | null;
  readonly maxmemoryPolicy: string | null;
  readonly save: string;
  /** ISO 8601 in UTC. */
  readonly dumpTime: string | null;
  readonly aof: StoredAof | null;
}

export interface StoredDatabase {
  readonly database: number;
  readonly keys: number;
  readonly expiringKeys: number;
}

export interface StoredAof {
  readonly status: string | null;
  readonly files: readonly {
    readonly path: string;
    readonly sizeBytes: number;
    readonly trimmedBytes: number;
  }[];
}

export function encodeServer(server: StoredServer): string {
  const { aof } = server;
  return JSON.stringify({
    product: server.product,
    version: server.version,
    runId: server.runId,
    address: server.address,
    role: server.role,
    primary: server.primary,
    masterName: server.masterName,
    replicationOffset: server.replicationOffset,
    databases: server.databases.map(({ database, keys, expiringKeys }) => ({
      database,
      keys,
      expiringKeys,
    })),
    usedMemoryBytes: server.usedMemoryBytes,
    maxmemoryPolicy: server.maxmemoryPolicy,
    save: server.save,
    dumpTime: server.dumpTime,
    aof: aof === null ? null : encodeAof(aof),
  });
}

function encodeAof({ status, files }: StoredAof): StoredAof {
  return {
    status,
    files: files.map(({ path, sizeBytes, trimmedBytes }) => ({ path, sizeBytes, trimmedBytes })),
  };
}

/** Null where no server was asked. @throws CorruptError for text that no backup would write */
export function decodeServer({
  id,
  serverJson,
}: Pick<Snapshot, 'id' | 'serverJson'>): StoredServer | null {
  if (serverJson === null) return null;
  const of = { damage: `the record of the server in snapshot ${id} is damaged`, snapshotId: id };
  return decodeStored(serverJson, of, (value) => {
    const server = new StoredObject(value, 'the text');
    return {
      product: server.text('product'),
      version: server.text('version'),
      runId: server.text('runId'),
      address: server.laterTextOrNull('address'),
      role: server.text('role'),
      primary: server.laterTextOrNull('primary'),
      masterName: server.laterTextOrNull('masterName'),
      replicationOffset: server.numberOrNull('replicationOffset'),
      databases: server.list('databases', (item) => ({
        database: item.count('database'),
        keys: item.count('keys'),
        expiringKeys: item.count('expiringKeys'),
      })),
      usedMemoryBytes: server.numberOrNull('usedMemoryBytes'),
      maxmemoryPolicy: server.textOrNull('maxmemoryPolicy'),
      save: server.text('save'),
      dumpTime: server.timeOrNull('dumpTime'),
      aof: server.objectOrNull('aof', decodeAof),
    };
  });
}

/**
 * The name under which Sentinels knew the server's primary. Null where there is none, or none can be read:
 * the rest of the record does not matter.
 */
export function readMasterName({
  id,
  serverJson,
}: Pick<Snapshot, 'id' | 'serverJson'>): string | null {
  if (serverJson === null) return null;
  const of = { damage: 'the record is damaged', snapshotId: id };
  try {
    return decodeStored(serverJson, of, (value) =>
      new StoredObject(value, 'the text').laterTextOrNull('masterName'),
    );
  } catch (error) {
    if (error instanceof CorruptError) return null;
    throw error;
  }
}

function decodeAof(aof: StoredObject): StoredAof {
  return {
    status: aof.textOrNull('status'),
    files: aof.list('files', (file) => ({
      path: file.text('path'),
      sizeBytes: file.count('sizeBytes'),
      trimmedBytes: file.count('trimmedBytes'),
    })),
  };
}
