// From argv to an exit code: help and version, the choice of the command, its run, and every failure
// on the way. Nothing of the engine is loaded before a command runs.
import type { RunContext } from '../engine/run/run-context.js';
import { EXIT } from '../errors.js';
import type { BytePath } from '../system/files/byte-path.js';
import { chooseCommand } from './choose-command.js';
import { findCommand } from './command-table.js';
import { commandHelp, programHelp } from './help-text.js';
import { loadCommand } from './load-command.js';
import { Output, type OutputStreams } from './output/output.js';
import {
  type Glance,
  glanceAt,
  type ParsedArguments,
  parseArguments,
} from './options/parse-arguments.js';
import { resolvePathArgument } from './options/path-arguments.js';
import { programVersion } from '../system/installation/program-version.js';

export interface CommandLineParts {
  readonly streams: OutputStreams;
  /** Makes what the use cases run in; called once, when a command is about to run. */
  readonly createContext: (onProgress: RunContext['onProgress']) => Promise<RunContext>;
}

/** Runs one command line; resolves to the exit code, never rejects. */
export async function runCommandLine(
  argv: readonly string[],
  { streams, createContext }: CommandLineParts,
): Promise<number> {
  if (argv[0] === COMPLETION_REQUEST) return answerShell(argv.slice(1), streams);
  const glance = glanceAt(argv);
  const answer = answerAtOnce(glance);
  if (answer !== null) {
    streams.stdout.write(answer);
    return EXIT.done;
  }
  let output = createOutput(streams, null, glance.wantsJson);
  try {
    const parsed = parseArguments(argv);
    output = createOutput(streams, parsed, parsed.counts.has('json'));
    const { command, operands } = chooseCommand(parsed);
    const run = await loadCommand(command.name);
    const context = await createContext((event) => output.progress(event));
    const { fileSystem } = context;
    const toPath = (argument: string): BytePath =>
      resolvePathArgument(argument, (path) => fileSystem.realPath(path));
    const { environment } = streams;
    return await run({ parsed, operands, toPath, context, environment, output });
  } catch (error) {
    return output.error(error);
  }
}

/** What the completion script asks with, before the words of the line. */
const COMPLETION_REQUEST = '--get-yargs-completions';

/** Says nothing of a failure: a person at the tab key would have it in the middle of the line. */
async function answerShell(words: readonly string[], streams: OutputStreams): Promise<number> {
  try {
    const { completionAnswers } = await import('./completion/shell-completion.js');
    const answers = await completionAnswers(words);
    streams.stdout.write(answers.map((answer) => `${answer}\n`).join(''));
    return EXIT.done;
  } catch {
    return EXIT.failed;
  }
}

/** The text that --help or --version asks for; null where neither is given. */
function answerAtOnce({ asksForHelp, asksForVersion, firstOperand }: Glance): string | null {
  if (asksForHelp) {
    const command = firstOperand === null ? null : findCommand(firstOperand);
    return command === null ? programHelp() : commandHelp(command);
  }
  return asksForVersion ? `${programVersion()}\n` : null;
}

/** `parsed` is null as long as the command line has not been understood. */
function createOutput(
  streams: OutputStreams,
  parsed: ParsedArguments | null,
  isJson: boolean,
): Output {
  return new Output(streams, {
    isJson,
    isQuiet: parsed?.counts.has('quiet') === true,
    verbosity: parsed?.counts.get('verbose') ?? 0,
    wantsProgress: parsed?.counts.has('no-progress') !== true,
  });
}
