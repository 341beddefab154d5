// Where an archive is: in a store under a name, or at the other end of a pipe.
import { DEFAULT_PATIENCE } from '../../offsite/stores/store-context.js';
import { openStore } from '../../offsite/stores/open-store.js';
import type { ArchiveStore } from '../../offsite/stores/store.js';
import { rateLimitOf } from '../../offsite/stores/remote-session.js';
import { formatTarget, parseTarget } from '../../offsite/target.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { RateLimit } from '../../system/streams/rate-limit.js';
import { pauseUnlessStopped } from '../../system/time/pause.js';
import type { RunContext } from '../run/run-context.js';
import type { TargetRequest } from './archive-request.js';

export interface StorePlace {
  readonly kind: 'store';
  readonly store: ArchiveStore;
  /** Null where TARGET names none. */
  readonly name: string | null;
  /** For messages. */
  readonly label: string;
  /** Whether it is on another machine. */
  readonly isRemote: boolean;
  /** The folder of this machine that it is in; null where it is on another one. */
  readonly folder: BytePath | null;
  /** For what is written to it here. A remote store limits itself. Null without a limit. */
  readonly rateLimit: RateLimit | null;
}

export interface PipePlace {
  readonly kind: 'pipe';
  readonly rateLimit: RateLimit | null;
}

export type ArchivePlace = PipePlace | StorePlace;

/** Nothing is contacted yet. @throws UsageError */
export function openPlace(request: TargetRequest, context: RunContext): ArchivePlace {
  const { typed, resolve, environment, options } = request;
  const { fileSystem, clock, processId, stopping } = context;
  const target = parseTarget(typed, {
    resolve,
    isFolder: (path) => {
      const real = fileSystem.realPath(path);
      return real !== null && fileSystem.stat(real)?.isDirectory() === true;
    },
  });
  const storeContext = {
    fileSystem,
    clock,
    processId,
    stopping,
    pause: async (durationMs: number) => pauseUnlessStopped(durationMs, stopping),
    environment,
    options,
    ...DEFAULT_PATIENCE,
  };
  if (target.kind === 'pipe') return { kind: 'pipe', rateLimit: rateLimitOf(storeContext) };
  const isRemote = target.kind !== 'file';
  return {
    kind: 'store',
    store: openStore(target, storeContext),
    name: target.name,
    label: formatTarget(target),
    isRemote,
    folder: target.kind === 'file' ? target.folder : null,
    rateLimit: isRemote ? null : rateLimitOf(storeContext),
  };
}
