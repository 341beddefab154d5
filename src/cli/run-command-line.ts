// Turns argv into an exit code: prints help and version, chooses the command, runs it, and shows every
// failure. The engine is not loaded before a command runs.
import type { RunContext } from '../engine/run/run-context.js';
import { EXIT, InterruptedError } from '../errors.js';
import type { BytePath } from '../system/files/byte-path.js';
import { programVersion } from '../system/installation/program-version.js';
import type { BytePipes } from './byte-pipes.js';
import type { Ask } from './command.js';
import { chooseCommand } from './choose-command.js';
import { type CommandSpec, findCommand } from './command-table.js';
import { commandHelp, programHelp } from './help-text.js';
import { loadCommand } from './load-command.js';
import {
  type Glance,
  glanceAt,
  type ParsedArguments,
  parseArguments,
} from './options/parse-arguments.js';
import { resolvePathArgument } from './options/path-arguments.js';
import { Output, type OutputStreams } from './output/output.js';

export interface CommandLineParts {
  readonly streams: OutputStreams;
  /** Makes the context of the use cases. Called once, when a command is about to run. */
  readonly createContext: (onProgress: RunContext['onProgress']) => Promise<RunContext>;
  /** Left out where nobody is at a terminal. */
  readonly ask?: Ask;
  /** Left out where no archive can go through the streams of the process. */
  readonly pipes?: BytePipes;
}

/** Runs one command line. Resolves to the exit code and never rejects. */
export async function runCommandLine(
  argv: readonly string[],
  { streams, createContext, ask, pipes }: CommandLineParts,
): Promise<number> {
  if (argv[0] === COMPLETION_REQUEST) return answerShell(argv.slice(1), streams);
  const glance = glanceAt(argv);
  const answer = answerAtOnce(glance, argv);
  if (answer !== null) {
    streams.stdout.write(answer);
    return EXIT.done;
  }
  let output = createOutput(streams, null, glance.wantsJson);
  let chosen: CommandSpec | null = null;
  try {
    const parsed = parseArguments(argv);
    output = createOutput(streams, parsed, parsed.counts.has('json'));
    const { command, operands } = chooseCommand(parsed);
    chosen = command;
    const run = await loadCommand(command.name);
    const context = await createContext((event) => output.progress(event));
    const { fileSystem } = context;
    const toPath = (argument: string): BytePath =>
      resolvePathArgument(argument, (path) => fileSystem.realPath(path));
    const { environment } = streams;
    return await run({
      command: command.name,
      argv,
      parsed,
      operands,
      toPath,
      context,
      environment,
      output,
      ask: ask ?? null,
      pipes: pipes ?? null,
    });
  } catch (error) {
    const isInterrupted = error instanceof InterruptedError && error.hint === undefined;
    return output.error(error, isInterrupted ? (chosen?.interrupted ?? null) : null);
  }
}

/** The first argument of a request by the completion script. The words of the line follow. */
const COMPLETION_REQUEST = '--get-yargs-completions';

/** Prints nothing on a failure: the text would appear in the middle of the line that is being typed. */
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

/** `-h` needs the host of a server. Alone it cannot mean that. */
const HELP_WORDS: readonly string[] = ['help', '-h', '-?'];

/** The text of --help or --version, or of the same words without dashes; null if none is given. */
function answerAtOnce(
  { asksForHelp, asksForVersion, firstOperand }: Glance,
  argv: readonly string[],
): string | null {
  const [word = '', topic, ...others] = argv;
  if (topic === undefined && word === 'version') return `${programVersion()}\n`;
  if (topic === undefined && HELP_WORDS.includes(word)) return programHelp();
  if (word === 'help' && others.length === 0) {
    const command = findCommand(topic ?? '');
    if (command !== null) return commandHelp(command);
  }
  if (asksForHelp) {
    const command = firstOperand === null ? null : findCommand(firstOperand);
    return command === null ? programHelp() : commandHelp(command);
  }
  return asksForVersion ? `${programVersion()}\n` : null;
}

/** `parsed` is null until the command line has been understood. */
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
