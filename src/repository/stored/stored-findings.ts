// What a reading of a content has found, as the catalog keeps it (docs/format.md, "What was found in a
// content"). The findings have a type of their own here, so a change to a report never changes the format.
import { StoredObject, decodeStored } from './stored-fields.js';

export interface StoredFindings {
  /** `dump` or `log`; a later program may have written another word. */
  readonly kind: string;
  /**
   * `whole`, `cut`, `broken`, `damaged`, `followed`, `unknown` or `unchecked`; a later program may have written another
   * word. Null where an earlier program wrote none.
   */
  readonly verdict: string | null;
  readonly rdbVersion: number | null;
  readonly serverVersion: string | null;
  /** ISO 8601 in UTC. */
  readonly dumpTime: string | null;
  readonly keys: number | null;
  readonly expiringKeys: number | null;
  readonly databases: readonly {
    readonly database: number;
    readonly keys: number;
    readonly expiringKeys: number;
    readonly sizeBytes: number;
  }[];
  readonly types: readonly {
    readonly type: string;
    readonly keys: number;
    readonly sizeBytes: number;
  }[];
  /** Null also where an earlier program wrote none. */
  readonly skippedValues: number | null;
  /** As skippedValues. */
  readonly skippedKeys: number | null;
  readonly commands: number | null;
  /** ISO 8601 in UTC. */
  readonly firstTime: string | null;
  readonly lastTime: string | null;
}

export function encodeFindings(found: StoredFindings): string {
  return JSON.stringify({
    kind: found.kind,
    verdict: found.verdict,
    rdbVersion: found.rdbVersion,
    serverVersion: found.serverVersion,
    dumpTime: found.dumpTime,
    keys: found.keys,
    expiringKeys: found.expiringKeys,
    databases: found.databases.map(({ database, keys, expiringKeys, sizeBytes }) => ({
      database,
      keys,
      expiringKeys,
      sizeBytes,
    })),
    types: found.types.map(({ type, keys, sizeBytes }) => ({ type, keys, sizeBytes })),
    skippedValues: found.skippedValues,
    skippedKeys: found.skippedKeys,
    commands: found.commands,
    firstTime: found.firstTime,
    lastTime: found.lastTime,
  });
}

/**
 * @param content what was examined, for the error, such as `'dump.rdb' of snapshot 4`
 * @throws CorruptError for text that no backup would write
 */
export function decodeFindings(content: string, foundJson: string): StoredFindings {
  const of = { damage: `the record of what was found in ${content} is damaged` };
  return decodeStored(foundJson, of, (value) => {
    const found = new StoredObject(value, 'the text');
    return {
      kind: found.text('kind'),
      verdict: found.laterTextOrNull('verdict'),
      rdbVersion: found.countOrNull('rdbVersion'),
      serverVersion: found.textOrNull('serverVersion'),
      dumpTime: found.timeOrNull('dumpTime'),
      keys: found.countOrNull('keys'),
      expiringKeys: found.countOrNull('expiringKeys'),
      databases: found.list('databases', (item) => ({
        database: item.count('database'),
        keys: item.count('keys'),
        expiringKeys: item.count('expiringKeys'),
        sizeBytes: item.count('sizeBytes'),
      })),
      types: found.list('types', (item) => ({
        type: item.text('type'),
        keys: item.count('keys'),
        sizeBytes: item.count('sizeBytes'),
      })),
      skippedValues: found.laterCountOrNull('skippedValues'),
      skippedKeys: found.laterCountOrNull('skippedKeys'),
      commands: found.countOrNull('commands'),
      firstTime: found.timeOrNull('firstTime'),
      lastTime: found.timeOrNull('lastTime'),
    };
  });
}
