// What a command is given by the command line, and what it answers: its exit code.
import type { RunContext } from '../engine/run/run-context.js';
import type { BytePath } from '../system/files/byte-path.js';
import type { Output } from './output/output.js';
import type { ParsedArguments } from './options/parse-arguments.js';

export interface Invocation {
  readonly parsed: ParsedArguments;
  /** As many as the command takes. */
  readonly operands: readonly string[];
  /** The absolute path that an argument stands for; see path-arguments.ts. */
  readonly toPath: ToPath;
  readonly context: RunContext;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly output: Output;
}

export type ToPath = (argument: string) => BytePath;

/** Runs one command to its end; resolves to the exit code of a run that went through. */
export type RunCommand = (invocation: Invocation) => Promise<number>;
