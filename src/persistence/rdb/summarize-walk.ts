// Reads what a finished walk has counted from the engine's memory (wasm/rdb/rdb-totals.ts, rdb-aux.ts).
import { decodeRdbString, endOfRdbString } from './decode-string.js';
import type { RdbEngine } from './rdb-exports.js';
import { RdbFormatError } from './rdb-format-error.js';
import type { RdbFormat } from './rdb-format.js';
import type { RdbChecksum, RdbDatabaseTotals, RdbEnd, RdbTypeTotals, RdbWalk } from './rdb-walk.js';
import { describeStop } from './stop-reasons.js';
import { describeFault } from './value-faults.js';
import { describeType } from './value-types.js';

const TYPES = 40;
const TYPE_ROW_BYTES = 16;
const DATABASE_ROW_BYTES = 32;
/** By the engine's numbers. */
const CHECKSUMS: readonly RdbChecksum[] = ['unverified', 'ok', 'wrong', 'absent'];

/** @param sizeBytes length of the file */
export function summarizeWalk(engine: RdbEngine, sizeBytes: number): RdbWalk {
  const { exports } = engine;
  const format = readFormat(engine);
  const databases = readDatabases(engine);
  const others = readDatabase(engine, engine.exports.rdbOtherDatabases());
  const aux = readAuxFields(engine);
  return {
    format,
    keys: databases.reduce((sum, { keys }) => sum + keys, others.keys),
    expiringKeys: databases.reduce(
      (sum, { expiringKeys }) => sum + expiringKeys,
      others.expiringKeys,
    ),
    databases,
    types: format === null ? [] : readTypes(engine, format),
    auxFields: aux.fields,
    auxFieldsOmitted: exports.rdbAuxOmitted() + aux.damaged,
    functionLibraries: exports.rdbFunctions(),
    moduleFields: exports.rdbModuleAux(),
    checksum: CHECKSUMS[exports.rdbChecksum()] ?? 'unverified',
    faults: {
      refused: describeFault(exports.rdbRefused(), exports.rdbRefusedAt()),
      suspect: describeFault(exports.rdbSuspect(), exports.rdbSuspectAt()),
      skippedValues: exports.rdbSkippedValues(),
      skippedKeys: exports.rdbSkippedKeys(),
    },
    end: readEnd(engine, sizeBytes),
  };
}

function readFormat({ exports }: RdbEngine): RdbFormat | null {
  const version = exports.rdbVersion();
  if (version === 0) return null;
  return { magic: exports.rdbIsValkey() === 0 ? 'REDIS' : 'VALKEY', version };
}

function readEnd({ exports }: RdbEngine, sizeBytes: number): RdbEnd {
  const code = exports.rdbStopReason();
  if (code === 0) {
    const end = exports.rdbEnd();
    return { kind: 'complete', sizeBytes: end, trailingBytes: sizeBytes - end };
  }
  const stop = describeStop(
    code,
    exports.rdbStopValue(),
    exports.rdbStopAt(),
    exports.rdbEntryAt(),
  );
  return { kind: 'stopped', ...stop };
}

function readDatabases(engine: RdbEngine): RdbDatabaseTotals[] {
  const { exports } = engine;
  const first = exports.rdbDatabases();
  const totals = Array.from({ length: exports.rdbDatabaseCount() }, (_, index) =>
    readDatabase(engine, first + index * DATABASE_ROW_BYTES),
  );
  return totals.sort((a, b) => a.database - b.database);
}

function readDatabase({ view }: RdbEngine, address: number): RdbDatabaseTotals {
  const row = toDataView(view(address, DATABASE_ROW_BYTES));
  return {
    database: readNumber(row, 0),
    keys: readNumber(row, 8),
    expiringKeys: readNumber(row, 16),
    sizeBytes: readNumber(row, 24),
  };
}

function readTypes({ exports, view }: RdbEngine, format: RdbFormat): RdbTypeTotals[] {
  const rows = toDataView(view(exports.rdbTypes(), TYPES * TYPE_ROW_BYTES));
  const totals: RdbTypeTotals[] = [];
  for (let type = 0; type < TYPES; type++) {
    const described = describeType(format, type);
    const keys = readNumber(rows, type * TYPE_ROW_BYTES);
    if (keys === 0) continue;
    if (described === null) throw new Error(`the walk got past the unknown type ${type}`);
    totals.push({
      type,
      ...described,
      keys,
      sizeBytes: readNumber(rows, type * TYPE_ROW_BYTES + 8),
    });
  }
  return totals;
}

interface AuxFields {
  readonly fields: ReadonlyMap<string, string>;
  /** How many fields do not expand. */
  readonly damaged: number;
}

function readAuxFields({ exports, view }: RdbEngine): AuxFields {
  const bytes = Buffer.from(view(exports.rdbAux(), exports.rdbAuxLength()));
  const fields = new Map<string, string>();
  let damaged = 0;
  for (let at = 0; at < bytes.length;) {
    const valueAt = endOfRdbString(bytes, at);
    const endAt = endOfRdbString(bytes, valueAt);
    try {
      const name = decodeRdbString(bytes, at).value.toString();
      fields.set(name, decodeRdbString(bytes, valueAt).value.toString());
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw error;
      damaged++;
    }
    at = endAt;
  }
  return { fields, damaged };
}

function toDataView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readNumber(rows: DataView, at: number): number {
  return Number(rows.getBigUint64(at, true));
}
