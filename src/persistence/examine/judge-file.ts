// Whether a server would load what was examined. `broken`: it would not, or would lose data silently.
// `cut`: it ends in the middle, which a server mends in the last file of an AOF and nowhere else.
// `unknown`: this program does not know all that is in it, so it cannot tell.
import type { FileExamination } from './examine-file.js';
import type { RdbWalk } from '../rdb/rdb-walk.js';
import type { RdbStopReason } from '../rdb/stop-reasons.js';

export type Verdict =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut' | 'broken' | 'unknown'; readonly why: string };

/** What stops a walk through a file of a newer server, or with a module's own data. */
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
  return { kind: 'cut', why: `it ends within ${what}, after byte ${aof.wholeBytes}` };
}

const WHOLE: Verdict = { kind: 'whole' };

function judgeRdb({ end, checksum }: RdbWalk): Verdict {
  if (end.kind === 'complete') {
    return checksum === 'wrong' ? { kind: 'broken', why: 'its checksum is wrong' } : WHOLE;
  }
  // All bytes being as they were written, it is for want of knowledge that the walk has stopped.
  if (checksum === 'ok' || NOT_KNOWN.includes(end.reason)) {
    return { kind: 'unknown', why: end.message };
  }
  return { kind: 'broken', why: end.message };
}
