// Where a command writes: results go to stdout, everything else to stderr. Statistics and remarks are
// shown only on a terminal or with -v, progress only on a terminal, warnings always.
import type { Note } from '../../engine/run/notes.js';
import type { ProgressEvent } from '../../engine/run/run-context.js';
import { formatError, toErrorReport } from './errors.js';
import { formatNote } from './notes.js';
import { ProgressLine } from './progress-line.js';
import { createPainter, isCapable, type Painter } from './styles.js';
import { visibleText } from './visible-text.js';

/** process.stdout, process.stderr, or a stream that takes their place. */
export interface OutputStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export interface OutputStreams {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly monotonicMs: () => number;
  /** Called before a report of work that is done. A failure of stdout after this loses only the report. */
  readonly onWorkDone?: () => void;
}

export interface OutputSettings {
  readonly isJson: boolean;
  readonly isQuiet: boolean;
  /** How often -v was given. */
  readonly verbosity: number;
  readonly wantsProgress: boolean;
}

export class Output {
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #settings: OutputSettings;
  readonly #paintStdout: Painter;
  readonly #paintStderr: Painter;
  readonly #progress: ProgressLine | null;
  readonly #onWorkDone: () => void;

  constructor(streams: OutputStreams, settings: OutputSettings) {
    const { stdout, stderr, environment } = streams;
    this.#stdout = stdout;
    this.#stderr = stderr;
    this.#settings = settings;
    this.#onWorkDone = streams.onWorkDone ?? (() => {});
    const isTerminal = stderr.isTTY === true;
    this.#paintStdout = createPainter({ isTerminal: stdout.isTTY === true, environment });
    this.#paintStderr = createPainter({ isTerminal, environment });
    const showsProgress =
      isTerminal && isCapable(environment) && settings.wantsProgress && !settings.isQuiet;
    this.#progress = showsProgress ? new ProgressLine(stderr, streams.monotonicMs) : null;
  }

  get isQuiet(): boolean {
    return this.#settings.isQuiet;
  }

  /** Whether errors show their stacks. */
  get showsStacks(): boolean {
    return this.#settings.verbosity >= 2;
  }

  get isVerbose(): boolean {
    return this.#settings.verbosity > 0;
  }

  /** Whether statistics and remarks are shown: on a terminal or with -v, but not with -q. */
  get #isTalkative(): boolean {
    return !this.isQuiet && (this.isVerbose || this.#stderr.isTTY === true);
  }

  /** Prints what a command is run for: the report as JSON with --json, else as `toText` makes it. */
  result<Report extends object>(report: Report, toText: (report: Report) => string): void {
    this.#progress?.clear();
    const text = this.#settings.isJson
      ? `${JSON.stringify(report)}\n`
      : visibleText(toText(report));
    if (text !== '') this.#stdout.write(text);
  }

  /** Prints what a run is about to do, before it does that. With --json nothing: the report has it too. */
  preview(text: string): void {
    this.#progress?.clear();
    if (!this.#settings.isJson) this.#stdout.write(visibleText(text));
  }

  /** As `result`, for work that stays done even if the report is lost. */
  outcome<Report extends object>(report: Report, toText: (report: Report) => string): void {
    this.#onWorkDone();
    this.result(report, toText);
  }

  /** Prints what a run did that has no result to print: JSON with --json, else statistics on stderr. */
  account<Report extends object>(report: Report, toText: (report: Report) => string): void {
    if (this.#settings.isJson) this.outcome(report, toText);
    else if (this.#isTalkative) this.#say(visibleText(toText(report)));
  }

  /** Prints one line of `watch`: JSON with --json, else text. With -q only if `isTrouble`. */
  event(event: object, toText: (paint: Painter) => string, isTrouble: boolean): void {
    if (this.isQuiet && !isTrouble) return;
    this.#progress?.clear();
    this.#onWorkDone();
    const text = this.#settings.isJson ? JSON.stringify(event) : toText(this.#paintStdout);
    this.#stdout.write(`${text}\n`);
  }

  /** Prints warnings always, and remarks only on a terminal or with -v. */
  notes(notes: readonly Note[]): void {
    for (const note of notes) {
      if (note.severity === 'look' || this.#isTalkative)
        this.#say(formatNote(note, this.#paintStderr));
    }
  }

  /** Prints a failure, with another hint if one is given, and returns its exit code. */
  error(error: unknown, hint: string | null = null): number {
    const found = toErrorReport(error, this.showsStacks);
    const report = hint === null ? found : { ...found, hint };
    this.#say(
      this.#settings.isJson
        ? `${JSON.stringify(report)}\n`
        : formatError(report, this.#paintStderr),
    );
    return report.exitCode;
  }

  progress(event: ProgressEvent): void {
    this.#progress?.update(event);
  }

  #say(text: string): void {
    this.#progress?.clear();
    this.#stderr.write(text);
  }
}
