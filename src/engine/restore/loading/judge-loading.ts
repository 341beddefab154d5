// Whether a server would load what was restored. With `appendonly yes` it loads its AOF and never the dump: from
// Redis 7 on the set that its manifest names, and without a manifest an AOF of one file. Where it finds no AOF it starts
// empty, and its next save replaces the dump. With `appendonly no` it loads the dump alone. Pure.
import type { BytePath } from '../../../system/files/byte-path.js';
import type { DataFolder } from './data-folder.js';

export interface Loading {
  /** What the restore has put into the directory. */
  readonly restored: DataFolder;
  /** What else is there. */
  readonly standing: DataFolder;
  /** What the snapshot has of it. */
  readonly kept: DataFolder;
  /** What the server said before the snapshot was taken; null where it was not asked. */
  readonly server: ServerAof | null;
}

/** The AOF of the server of a snapshot. */
export interface ServerAof {
  readonly isEnabled: boolean;
  /** Whether a manifest of the snapshot is that of its AOF. */
  readonly ownsManifest: (path: BytePath) => boolean;
}

export type NotLoaded =
  /** An AOF that was there before is loaded in place of what was restored. */
  | { readonly why: 'other-aof'; readonly restored: BytePath; readonly loaded: BytePath }
  /** There are two sets now, and which is loaded depends on the names in the settings of the server. */
  | { readonly why: 'two-aofs'; readonly restored: BytePath; readonly loaded: BytePath }
  /** The dump came without the AOF, so that the server starts empty. */
  | { readonly why: 'no-aof'; readonly restored: BytePath }
  /** The AOF of a server that had it off came without a dump. */
  | { readonly why: 'aof-off'; readonly restored: BytePath };

/** Null where a server loads what was restored, as far as that can be known. */
export function judgeLoading({ restored, standing, kept, server }: Loading): NotLoaded | null {
  const [dump] = restored.dumps;
  const aof = aofOf(restored)[0];
  const first = aof ?? dump;
  if (first === undefined) return null;
  const isInSnapshot = aofOf(kept).length > 0;
  // An AOF that came after the snapshot says that it has been turned on since.
  const isOff = server?.isEnabled === false && (isInSnapshot || aofOf(standing).length === 0);
  if (isOff) return dump === undefined ? { why: 'aof-off', restored: first } : null;
  if (restored.manifests.length > 0) {
    const [loaded] = standing.manifests;
    const isKnown = restored.manifests.some((path) => server?.ownsManifest(path) === true);
    return loaded === undefined || isKnown ? null : { why: 'two-aofs', restored: first, loaded };
  }
  const [loaded] = restored.logs.length > 0 ? standing.manifests : aofOf(standing);
  if (loaded !== undefined) return { why: 'other-aof', restored: first, loaded };
  const isLacking = aof === undefined && (isInSnapshot || server?.isEnabled === true);
  return isLacking ? { why: 'no-aof', restored: first } : null;
}

/** What a server loads first comes first. */
function aofOf({ manifests, logs }: DataFolder): readonly BytePath[] {
  return [...manifests, ...logs];
}
