// Whether a server is asked to save before a backup, how, and whether the dump that this makes is only
// the backup's. Pure.
import { NoSpaceError, ServerError, UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { ServerFacts } from '../server/server-facts.js';
import type { ServerSettings } from '../server/server-settings.js';

/** `--save` */
const SAVE_MODES = ['auto', 'bgsave', 'save', 'none'] as const;
export type SaveMode = (typeof SAVE_MODES)[number];

/** @throws UsageError */
export function parseSaveMode(text: string): SaveMode {
  const mode = SAVE_MODES.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw new UsageError(`'${text}' is no way to save`, {
    hint: `--save takes one of ${SAVE_MODES.join(', ')}`,
  });
}

export interface SavePlan {
  readonly how: 'bgsave' | 'save' | 'none';
  /**
   * Whether the server persists nothing by itself, neither dumps nor an AOF: what is saved for the
   * backup is then in nobody's way but the disk's, and is taken away again.
   */
  readonly isPersistenceOff: boolean;
}

/**
 * `auto` saves, unless the AOF is all that the server keeps: that holds everything already.
 * @throws ServerError for a replica without its primary, whose data may be old
 */
export function planSave(
  mode: SaveMode,
  address: string,
  facts: ServerFacts,
  settings: ServerSettings,
): SavePlan {
  const hasSavePoints = settings.savePoints !== '';
  const isPersistenceOff = !hasSavePoints && !facts.isAofEnabled;
  if (mode === 'none') return { how: 'none', isPersistenceOff };
  if (!facts.isLinkUp) {
    throw new ServerError(
      'failed',
      `Redis at ${address} is a replica that has lost its primary: what it holds may be old`,
      { hint: 'back up the primary; --save none takes the files as they are' },
    );
  }
  const isAofEnough = mode === 'auto' && facts.isAofEnabled && !hasSavePoints;
  return { how: isAofEnough ? 'none' : mode === 'auto' ? 'bgsave' : mode, isPersistenceOff };
}

/** What is known of the dump that a new one will replace. */
export interface FormerDump {
  readonly sizeBytes: number;
  /** The server's used memory when it was written; null where it does not say. */
  readonly usedMemoryBytes: number | null;
}

/**
 * How large the next dump will be, probably: as the last one, grown as the server's memory has; without
 * one as large as that memory, since a dump is nearly always smaller.
 */
export function estimateDumpBytes(
  former: FormerDump | null,
  usedMemoryBytes: number | null,
): number {
  if (former === null) return usedMemoryBytes ?? 0;
  const growth = (usedMemoryBytes ?? 0) / (former.usedMemoryBytes ?? Number.POSITIVE_INFINITY);
  return Math.ceil(former.sizeBytes * Math.max(1, growth));
}

/** @throws NoSpaceError where the dump would not fit beside the old one */
export function requireSaveSpace(
  directory: BytePath,
  estimatedBytes: number,
  freeBytes: number,
): void {
  if (freeBytes >= estimatedBytes) return;
  throw new NoSpaceError(
    `not enough space for a new dump in '${formatPath(directory)}': about ${estimatedBytes} bytes are needed, ${freeBytes} are free`,
    {
      path: directory,
      neededBytes: estimatedBytes,
      freeBytes,
      hint: 'a save that fails would stop all writers of the server: free some space, or go on with --force',
    },
  );
}
