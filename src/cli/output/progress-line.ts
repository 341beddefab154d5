// One line on a terminal that shows how far a run has got. It is redrawn in place, and wiped before
// anything else is written there.
import type { ProgressEvent } from '../../engine/run/run-context.js';
import { formatSize } from '../../system/text/format-size.js';
import { Pace } from './pace.js';
import { textWidth } from './text-table.js';

/** The terminal that the line is drawn on. */
export interface ProgressTerminal {
  write(text: string): unknown;
  readonly columns?: number | undefined;
}

const REDRAW_EVERY_MS = 100;
const RETURN_AND_WIPE = '\r\u001B[K';

export class ProgressLine {
  readonly #terminal: ProgressTerminal;
  readonly #monotonicMs: () => number;
  #lastDrawnMs: number;
  #isShown = false;
  #latest: ProgressEvent | null = null;
  #timer: NodeJS.Timeout | undefined;
  readonly #pace = new Pace();

  /** Draws nothing in the first tenth of a second, so that short runs do not flicker. */
  constructor(terminal: ProgressTerminal, monotonicMs: () => number) {
    this.#terminal = terminal;
    this.#monotonicMs = monotonicMs;
    this.#lastDrawnMs = monotonicMs();
  }

  /** Draws the line, at most ten times a second. An event that comes too early is drawn later, if none follows. */
  update(event: ProgressEvent): void {
    this.#latest = event;
    this.#pace.note(event, this.#monotonicMs());
    const restMs = REDRAW_EVERY_MS - (this.#monotonicMs() - this.#lastDrawnMs);
    if (restMs <= 0) this.#draw();
    else this.#timer ??= setTimeout(() => this.#draw(), restMs).unref();
  }

  #draw(): void {
    this.#stopTimer();
    if (this.#latest === null) return;
    this.#lastDrawnMs = this.#monotonicMs();
    this.#isShown = true;
    const width = (this.#terminal.columns ?? 80) - 1;
    this.#terminal.write(
      RETURN_AND_WIPE +
        formatProgress(this.#latest, width, this.#pace.of(this.#latest, this.#lastDrawnMs)),
    );
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  clear(): void {
    this.#stopTimer();
    this.#latest = null;
    if (!this.#isShown) return;
    this.#isShown = false;
    this.#terminal.write(RETURN_AND_WIPE);
  }
}

/**
 * `copying 45 % (812.3 MiB of 905.1 MiB) dump.rdb`, at most `width` wide. The percentage is that of the whole run, the
 * amounts are those of the phase. A long path loses its beginning.
 *
 * @param pace such as `35.2 MiB/s, 12 s left`; empty where it is not known
 */
export function formatProgress(event: ProgressEvent, width: number, pace = ''): string {
  const { doneBytes, totalBytes } = event;
  const share = event.share ?? (totalBytes === 0 ? null : doneBytes / totalBytes);
  const percent = share === null ? '' : ` ${Math.floor(share * 100)} %`;
  const bytes =
    totalBytes === 0 ? '' : ` (${formatAmount(event)}${pace === '' ? '' : `, ${pace}`})`;
  const head = `${event.phase}${percent}${bytes}`;
  if (event.path === null) return head.slice(0, width);
  const room = width - textWidth(head) - 1;
  if (room < 8) return head.slice(0, width);
  const characters = Array.from(event.path);
  const path = characters.length <= room ? event.path : `…${characters.slice(1 - room).join('')}`;
  return `${head} ${path}`;
}

function formatAmount({ phase, doneBytes, totalBytes }: ProgressEvent): string {
  if (phase === 'saving' || phase === 'rewriting') return `${doneBytes} of ${totalBytes} keys`;
  return `${formatSize(doneBytes)} of ${formatSize(totalBytes)}`;
}
