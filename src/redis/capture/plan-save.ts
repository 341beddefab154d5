// Decides whether and how a server saves before a backup, and whether there is space for the dump. Pure.
import { NoSpaceError, ServerError, UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { ServerFacts } from '../server/server-facts.js';
import type { ServerSettings } from '../server/server-settings.js';
import { formatSize } from '../../system/text/format-size.js';

/** `--save` */
const SAVE_MODES = ['auto', 'bgsave', 'save', 'none'] as const;
export type SaveMode = (typeof SAVE_MODES)[number];

/** @throws UsageError */
export function parseSaveMode(text: string): SaveMode {
  const mode = SAVE_MODES.find((known) => known === text);
  if (mode !== undefined) return mode;
  throw new UsageError(`'${text}' is not a way to save`, {
    hint: `give --save one of ${SAVE_MODES.join(', ')}`,
  });
}

export interface SavePlan {
  readonly how: 'bgsave' | 'save' | 'none';
  /**
   * Whether the server persists nothing by itself, neither dumps nor an AOF. A dump that is saved for
   * the backup would then only use up disk space, and is removed again.
   */
  readonly isPersistenceOff: boolean;
}

/**
 * `auto` saves, unless the server keeps an AOF and no dumps: the AOF already holds everything.
 * @throws ServerError for a replica that has lost its primary, since its data may be old
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
      `Redis at ${address} is a replica that has lost its primary: its data may be old`,
      { address, hint: 'back up the primary, or take the files as they are with --save none' },
    );
  }
  const isAofEnough = mode === 'auto' && facts.isAofEnabled && !hasSavePoints;
  return { how: isAofEnough ? 'none' : mode === 'auto' ? 'bgsave' : mode, isPersistenceOff };
}

/** The dump that a new one will replace. */
export interface FormerDump {
  readonly sizeBytes: number;
  /** The used memory of the server when the dump was written; null where the dump does not say. */
  readonly usedMemoryBytes: number | null;
}

/**
 * An estimate of the next dump's size: the size of the last dump, multiplied by the growth of the server's
 * memory since then. Without a last dump it is the memory itself: a dump is nearly always smaller.
 */
export function estimateDumpBytes(
  former: FormerDump | null,
  usedMemoryBytes: number | null,
): number {
  if (former === null) return usedMemoryBytes ?? 0;
  const growth = (usedMemoryBytes ?? 0) / (former.usedMemoryBytes || Number.POSITIVE_INFINITY);
  return Math.ceil(former.sizeBytes * Math.max(1, growth));
}

/** @throws NoSpaceError where the new dump would not fit beside the old one */
export function requireSaveSpace(
  directory: BytePath,
  estimatedBytes: number,
  freeBytes: number,
): void {
  if (freeBytes >= estimatedBytes) return;
  throw new NoSpaceError(
    `not enough space for a new dump in '${formatPath(directory)}': about ${formatSize(estimatedBytes)} are needed, ${formatSize(freeBytes)} are free`,
    {
      path: directory,
      neededBytes: estimatedBytes,
      freeBytes,
      hint: 'free some space, or save anyway with --force; if that save fails, the server may refuse all writes',
    },
  );
}
