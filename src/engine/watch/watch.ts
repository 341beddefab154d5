// `watch`: keeps running, and takes a snapshot after each save of the server. It finds saves by comparing
// the directory with the last snapshot (find-saves.ts). A change that it notices only makes the next look
// come sooner. So it misses no save that was made during a snapshot, while the directory was away, or
// while watch itself did not run. The repository is open only for a look, and locked only for a snapshot.
import {
  InstallationError,
  InterruptedError,
  NewerFormatError,
  NoRepositoryError,
  RewindError,
  SourceMissingError,
} from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import { type DirectoryWatch, watchDirectory } from '../../system/files/watch-directory.js';
import { Bell } from '../../system/time/bell.js';
import type { BackupRequest } from '../backup/backup-request.js';
import { showPath } from '../run/notes.js';
import type { RunContext } from '../run/run-context.js';
import { type Save, findSaves, isInSnapshot, mayTellOfSave } from './find-saves.js';
import type { WatchEvent, WatchHappening } from './watch-events.js';
import type { TakenReport, WatchRequest } from './watch-request.js';
import { WatchSchedule, retryDelayMs } from './watch-schedule.js';
import { type WatchTarget, adviseByHand, findTarget, mayPass, readStates } from './watch-target.js';

/** A look costs a few stats, and finds saves that no notice of the directory told. */
const LOOK_EVERY_MS = 5000;
/** While the directory is away. */
const LOOK_FOR_IT_EVERY_MS = 1000;

/**
 * Runs until `context.stopping` aborts.
 * @param onEvent is told what happens, in order
 * @throws RewindError for a failure that does not pass by itself
 */
export async function watch(
  request: WatchRequest,
  context: RunContext,
  onEvent: (event: WatchEvent) => void,
): Promise<void> {
  const tell = (happening: WatchHappening): void =>
    onEvent({ time: isoTime(context.clock.nowMs()), ...happening });
  let discarded = false;
  try {
    const target = await findTargetAtLast(request.backup, context, tell);
    await new Watch(request, target, context, tell).run();
  } catch (error) {
    if (!(error instanceof InterruptedError)) throw error;
    discarded = error instanceof DiscardedError;
  }
  const reason: unknown = context.stopping.reason;
  const signal = reason instanceof InterruptedError ? reason.signal : 'SIGTERM';
  tell({ event: 'stopping', signal, discarded });
}

type Tell = (happening: WatchHappening) => void;

/** The run was told to end during a snapshot, which was discarded. */
class DiscardedError extends InterruptedError {}

/** Waits for the server. @throws InterruptedError if the run is told to end before */
async function findTargetAtLast(
  request: BackupRequest,
  context: RunContext,
  tell: Tell,
): Promise<WatchTarget> {
  const bell = new Bell();
  for (let failures = 0; ; failures += 1) {
    try {
      return await findTarget(request, context);
    } catch (error) {
      if (!mayPass(error)) throw error;
      const delayMs = retryDelayMs(failures);
      tell({ event: 'failed', error, retryAt: isoTime(context.clock.nowMs() + delayMs) });
      await bell.wait(delayMs, context.stopping);
      await context.checkpoint();
    }
  }
}

class Watch {
  readonly #takeSnapshot: WatchRequest['takeSnapshot'];
  readonly #backup: BackupRequest;
  readonly #target: WatchTarget;
  readonly #context: RunContext;
  readonly #tell: Tell;
  readonly #schedule: WatchSchedule;
  readonly #bell = new Bell();
  /** Saves that a snapshot has, or that were there when one was taken: identities by their paths. */
  readonly #taken = new Map<BytePath, string>();
  /** Saves that the last look found and no snapshot has. */
  #fresh: readonly Save[] = [];
  /** The directory that is being watched; null while it is away. */
  #watched: { readonly identity: string; readonly notice: DirectoryWatch } | null = null;
  #isAway = false;

  constructor(request: WatchRequest, target: WatchTarget, context: RunContext, tell: Tell) {
    this.#takeSnapshot = request.takeSnapshot;
    this.#backup = request.backup;
    this.#target = target;
    this.#context = context;
    this.#tell = tell;
    this.#schedule = new WatchSchedule(request.pace);
  }

  /** @throws InterruptedError when told to end, RewindError for a failure that does not pass */
  async run(): Promise<never> {
    try {
      for (let isFirst = true; ; isFirst = false) {
        const saves = await this.#look();
        if (saves !== null) this.#plan(saves, isFirst);
        if (isFirst) this.#tellBeginning();
        const dueAtMs = saves === null ? null : this.#schedule.dueAtMs;
        const leftMs = dueAtMs === null ? Infinity : dueAtMs - this.#nowMs();
        if (leftMs <= 0) await this.#snapshot(saves ?? []);
        else await this.#rest(saves === null ? LOOK_FOR_IT_EVERY_MS : LOOK_EVERY_MS, leftMs);
        await this.#context.checkpoint();
      }
    } finally {
      await this.#watched?.notice.close();
    }
  }

  #tellBeginning(): void {
    const { directory, repository, serverAddress } = this.#target;
    this.#tell({
      event: 'watching',
      source: formatPath(directory),
      repository: formatPath(repository),
      server: serverAddress,
    });
  }

  async #rest(mostMs: number, leftMs: number): Promise<void> {
    await this.#bell.wait(Math.min(mostMs, leftMs), this.#context.stopping);
  }

  /** The saves that are in the directory; null while it is away. */
  async #look(): Promise<readonly Save[] | null> {
    const { fileSystem } = this.#context;
    const { directory, names, filter } = this.#target;
    try {
      const real = fileSystem.realPath(directory);
      const stat = real === null ? null : fileSystem.stat(real);
      if (real === null || stat?.isDirectory() !== true) {
        const message = `source '${formatPath(directory)}' is gone`;
        throw new SourceMissingError(message, { source: directory });
      }
      const saves = findSaves({ fileSystem, directory: real, names, filter });
      await this.#attend(real, `${stat.dev} ${stat.ino}`);
      if (this.#isAway) this.#tell({ event: 'back', source: formatPath(directory) });
      this.#isAway = false;
      return saves;
    } catch (error) {
      if (!(error instanceof RewindError)) throw error;
      await this.#attend(directory, null);
      if (!this.#isAway) this.#tell({ event: 'away', error });
      this.#isAway = true;
      return null;
    }
  }

  /** Watches this directory and no other; null for none. */
  async #attend(path: BytePath, identity: string | null): Promise<void> {
    if ((this.#watched?.identity ?? null) === identity) return;
    await this.#watched?.notice.close();
    this.#watched = null;
    if (identity === null) return;
    const isOfInterest = (name: BytePath): boolean => mayTellOfSave(name, this.#target.names);
    const notice = await watchDirectory(path, isOfInterest, () => this.#bell.ring());
    this.#watched = { identity, notice };
  }

  /** Tells the schedule what the look has found. */
  #plan(saves: readonly Save[], isFirst: boolean): void {
    let fresh = this.#untaken(saves);
    if (isSame(fresh, this.#fresh)) return;
    // Another process may have taken the save, or the last snapshot has it: the save may have been made
    // after the look that came before that snapshot.
    if (fresh.length > 0) fresh = this.#reconcile(fresh);
    const wasKnown = isSame(fresh, this.#fresh);
    this.#fresh = fresh;
    if (wasKnown) return;
    if (fresh.length === 0) this.#schedule.nothingLeft();
    else if (isFirst) this.#schedule.oldSaveFound(this.#nowMs());
    else if (this.#schedule.saveSeen(this.#nowMs())) {
      const dueAtMs = this.#schedule.dueAtMs ?? this.#nowMs();
      this.#tell({ event: 'save', saves: pathsOf(fresh), dueAt: this.#toTime(dueAtMs) });
    }
  }

  #untaken(saves: readonly Save[]): readonly Save[] {
    return saves.filter(({ path, identity }) => this.#taken.get(path) !== identity);
  }

  /** Looks into the catalog for them. @returns those that are not in its last snapshot */
  #reconcile(fresh: readonly Save[]): readonly Save[] {
    try {
      const states = readStates(this.#target, this.#context);
      const found = fresh.filter((save) => isInSnapshot(save, states));
      for (const { path, identity } of found) this.#taken.set(path, identity);
      return this.#untaken(fresh);
    } catch (error) {
      // The snapshot that follows will fail too, and tells what is wrong with the repository.
      if (error instanceof RewindError) return fresh;
      throw error;
    }
  }

  /** Takes a snapshot of what is there now, unless another process has done so. */
  async #snapshot(saves: readonly Save[]): Promise<void> {
    const fresh = this.#fresh;
    this.#fresh = this.#reconcile(fresh);
    if (this.#fresh.length === 0) {
      this.#schedule.nothingLeft();
      this.#tell({ event: 'taken', saves: pathsOf(fresh) });
      return;
    }
    const startedMs = this.#nowMs();
    let report: TakenReport;
    try {
      report = await this.#takeSnapshot(this.#backup, this.#context);
    } catch (error) {
      this.#fail(error);
      return;
    }
    for (const { path, identity } of saves) this.#taken.set(path, identity);
    this.#fresh = [];
    this.#schedule.taken(startedMs);
    this.#tell({ event: 'snapshot', saves: pathsOf(fresh), report });
  }

  /** @throws a failure that does not pass, and DiscardedError when the run is told to end */
  #fail(error: unknown): void {
    if (error instanceof InterruptedError) throw new DiscardedError(error.signal);
    const isLasting = error instanceof NewerFormatError || error instanceof InstallationError;
    if (!(error instanceof RewindError) || isLasting) throw error;
    const delayMs = this.#schedule.failed(this.#nowMs());
    this.#tell({
      event: 'failed',
      error: this.#advise(error),
      retryAt: this.#toTime(this.#nowMs() + delayMs),
    });
  }

  /** The repository was there when the run began, so its disk may be away: no new one is made. */
  #advise(error: RewindError): RewindError {
    if (!(error instanceof NoRepositoryError)) return adviseByHand(error);
    const path = this.#target.repository;
    return new NoRepositoryError(`the repository at '${formatPath(path)}' is gone`, {
      path,
      hint: 'check that its disk is mounted',
      cause: error,
    });
  }

  #nowMs(): number {
    return this.#context.clock.monotonicMs();
  }

  #toTime(atMs: number): string {
    return isoTime(this.#context.clock.nowMs() + Math.max(0, atMs - this.#nowMs()));
  }
}

function isSame(a: readonly Save[], b: readonly Save[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ path, identity }, index) => {
      const other = b[index];
      return other?.path === path && other.identity === identity;
    })
  );
}

function pathsOf(saves: readonly Save[]): string[] {
  return saves.map(({ path }) => showPath(path));
}

function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
