// What every command gets from the command line, and what it returns: its exit code.
import type { RunContext } from '../engine/run/run-context.js';
import type { BytePath } from '../system/files/byte-path.js';
import type { BytePipes } from './byte-pipes.js';
import type { CommandName } from './options/option-spec.js';
import type { ParsedArguments } from './options/parse-arguments.js';
import type { Output } from './output/output.js';

export interface Invocation {
  readonly command: CommandName;
  /** As it was typed. */
  readonly argv: readonly string[];
  readonly parsed: ParsedArguments;
  /** The paths, as many as the command takes. */
  readonly operands: readonly string[];
  /** Makes an argument an absolute path; see path-arguments.ts. */
  readonly toPath: ToPath;
  readonly context: RunContext;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
  /** Asks the person at the terminal; null where nobody is there. */
  readonly ask: Ask | null;
  /** Null where the streams of the process are not to be used. */
  readonly pipes: BytePipes | null;
}

/** Resolves to the line that was typed; rejects where the run is to end. */
export type Ask = (question: string) => Promise<string>;

export type ToPath = (argument: string) => BytePath;

/** Runs one command to its end. Resolves to the exit code; rejects with the error of a run that failed. */
export type RunCommand = (invocation: Invocation) => Promise<number>;
