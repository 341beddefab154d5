// Judges whether a server would load the file that was examined. Damage is never called unknown: a file that
// ends in the middle, or whose checksum is wrong, is broken, whatever the walk found there.
import type { AofScan } from '../aof/aof-scan.js';
import type { RdbFormat } from '../rdb/rdb-format.js';
import type { RdbWalk } from '../rdb/rdb-walk.js';
import type { RdbStopReason } from '../rdb/stop-reasons.js';
import type { RdbValueFaults } from '../rdb/value-faults.js';
import type { FileExamination } from './examine-file.js';
import type { Packing } from './packing.js';
import type { Verdict } from './verdict.js';

/** Why a walk stops in a file of a newer server, or in the data of a module. */
const NOT_KNOWN: readonly RdbStopReason[] = [
  'unknown-version',
  'unknown-type',
  'unknown-opcode',
  'unknown-template',
  'bad-module-item',
  'bad-module-aux',
];

export function judgeFile({ kind, packing, rdb, aof }: FileExamination): Verdict {
  if (packing !== null) return judgePacked(packing);
  const dump = rdb === null ? WHOLE : judgeRdb(rdb);
  if (dump.kind === 'broken' || dump.kind === 'unchecked' || aof === null) return dump;
  if (kind === 'dump')
    return dump.kind === 'unknown' || isAof(aof) ? dump : judgeFollowed(dump, rdb);
  if (aof.end.kind === 'stopped') return { kind: 'broken', why: aof.end.message };
  if (dump.kind !== 'whole' || aof.end.kind === 'whole') return dump;
  const what = aof.end.isTransaction ? 'a transaction' : 'a command';
  return { kind: 'cut', why: `it ends in the middle of ${what}, after byte ${aof.wholeBytes}` };
}

/** One changed value changes all that follows in the compressed bytes, so no delta is smaller than the file. */
function judgePacked({ name, isOfServer }: Packing): Verdict {
  const why = `it is compressed as a whole (${name}), so that each night costs as much as a full copy`;
  return isOfServer
    ? { kind: 'unknown', why: `${why}; 'rdbcompression yes' costs less` }
    : { kind: 'broken', why: `${why}; back it up as the server wrote it` };
}

const WHOLE: Verdict = { kind: 'whole' };

/** An AOF that begins with a dump, under a name that does not say so. */
function isAof({ end, commands }: AofScan): boolean {
  return end.kind !== 'stopped' && commands > 0;
}

/**
 * A server reads a dump up to its end, and looks at nothing behind it. So does redis-check-rdb. But a damaged
 * version that is too old for a checksum is followed by one.
 */
function judgeFollowed(dump: Verdict, rdb: RdbWalk | null): Verdict {
  const why = 'bytes that no server reads follow its end';
  if (rdb?.checksum !== 'ok' && !isSealedFormat(rdb?.format)) {
    return { kind: 'unchecked', why: `it says a version without a checksum, and ${why}` };
  }
  return dump.kind === 'whole' ? { kind: 'followed', why } : dump;
}

function judgeRdb({ format, end, checksum, faults }: RdbWalk): Verdict {
  if (end.kind === 'complete') {
    return checksum === 'wrong'
      ? { kind: 'broken', why: 'its checksum is wrong' }
      : judgeValues(faults);
  }
  if (checksum === 'wrong') {
    return { kind: 'broken', why: `its checksum is wrong, and the walk ${end.message}` };
  }
  const mayBeUnknown =
    NOT_KNOWN.includes(end.reason) || (format !== null && !isSettled(format) && checksum === 'ok');
  if (end.reason === 'truncated' || !mayBeUnknown) return { kind: 'broken', why: end.message };
  if (faults.refused !== null) return { kind: 'broken', why: faults.refused };
  if (checksum === 'ok') return { kind: 'unknown', why: end.message };
  return { kind: 'unchecked', why: `it has no checksum, and the walk ${end.message}` };
}

/** What the walk steps over may be damaged although its length is right. */
function judgeValues({ refused, suspect }: RdbValueFaults): Verdict {
  if (refused !== null) return { kind: 'broken', why: refused };
  if (suspect === null) return WHOLE;
  const why = `${suspect}, which a server with 'sanitize-dump-payload yes' refuses`;
  return { kind: 'damaged', why };
}

/** Whether dumps of this version have a checksum, or eight zeros in its place. */
function isSealedFormat(format: RdbFormat | null | undefined): boolean {
  return format?.magic === 'VALKEY' || (format?.version ?? 0) >= SEALED_FROM;
}

const SEALED_FROM = 5;

/** Whether everything that may stand in a dump of this version is known. */
function isSettled({ magic, version }: RdbFormat): boolean {
  return magic === 'REDIS' ? version <= 12 : version === 80;
}
