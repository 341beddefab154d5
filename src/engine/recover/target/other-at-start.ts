// Which settings of a running server its next start would not have. Files that are placed for the present ones would not be
// loaded then, and the server would start with old data or none. Pure.
import type { ServerConfiguration } from '../../../redis/server/server-configuration.js';
import type { TargetSettings } from '../plan/recovery-facts.js';

export interface NextStart {
  /** Null where it cannot be read. */
  readonly file: ServerConfiguration | null;
  /** Whether it is started with this file and nothing else; otherwise options beside the file are possible. */
  readonly isByFileAlone: boolean;
}

/** The names of such settings; `appendonly` is judged by `isAofOnAtStart`. */
export function otherAtStart(
  { dumpName, aofName, aofFolder }: Pick<TargetSettings, 'dumpName' | 'aofName' | 'aofFolder'>,
  { file, isByFileAlone }: NextStart,
): string[] {
  if (file === null) return [];
  const names = [
    ['dbfilename', dumpName, 'dump.rdb'],
    ['appendfilename', aofName, 'appendonly.aof'],
    ...(aofFolder === null ? [] : [['appenddirname', aofFolder, 'appendonlydir'] as const]),
  ] as const;
  return names
    .filter(([name, now, byDefault]) => {
      const said = file.directives.get(name)?.[0] ?? (isByFileAlone ? byDefault : undefined);
      // Both have one character a byte.
      return said !== undefined && said !== (now as string);
    })
    .map(([name]) => name);
}

/** Null where the next start may have it otherwise than the server has it now. */
export function isAofOnAtStart(
  isOnNow: boolean,
  { file, isByFileAlone }: NextStart,
): boolean | null {
  if (file === null) return isOnNow;
  const word = file.directives.get('appendonly')?.[0]?.toLowerCase();
  const said = word === 'yes' || word === 'no' ? word : isByFileAlone ? 'no' : null;
  if (said === null) return isOnNow;
  return (said === 'yes') === isOnNow ? isOnNow : null;
}
