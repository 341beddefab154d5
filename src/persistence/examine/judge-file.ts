// Judges whether a server would load the file that was examined. `broken`: it would not, or it would lose
// data silently. `cut`: the file ends in the middle, which a server repairs only in the last file of an
// AOF. `unknown`: this program does not know everything in the file, so it cannot tell.
import type { RdbWalk } from '../rdb/rdb-walk.js';
import type { RdbStopReason } from '../rdb/stop-reasons.js';
import type { FileExamination } from './examine-file.js';

export type Verdict =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' | 'broken' | 'unknown'; readonly why: string };

/** Why a walk stops in a file of a newer server, or in the data of a module. */
const NOT_KNOWN: readonly RdbStopReason[] = [
  'unknown-version',
  'unknown-type',
  'unknown-opcode',
  'too-many-databases',
  'bad-container',
  'bad-module-item',
  'bad-module-aux',
];

export function judgeFile({ rdb, aof }: FileExamination): Verdict {
  const dump = rdb === null ? WHOLE : judgeRdb(rdb);
  if (dump.kind !== 'whole' || aof === null) return dump;
  if (aof.end.kind === 'stopped') return { kind: 'broken', why: aof.end.message };
  if (aof.end.kind === 'whole') return WHOLE;
  const what = aof.end.isTransaction ? 'a transaction' : 'a command';
  return { kind: 'cut', why: `it ends in the middle of ${what}, after byte ${aof.wholeBytes}` };
}

const WHOLE: Verdict = { kind: 'whole' };

function judgeRdb({ end, checksum }: RdbWalk): Verdict {
  if (end.kind === 'complete') {
    return checksum === 'wrong' ? { kind: 'broken', why: 'its checksum is wrong' } : WHOLE;
  }
  // With the right checksum the bytes are as the server wrote them: the walk only lacks knowledge.
  if (checksum === 'ok' || NOT_KNOWN.includes(end.reason)) {
    return { kind: 'unknown', why: end.message };
  }
  return { kind: 'broken', why: end.message };
}
