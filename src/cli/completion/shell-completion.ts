// Completion at the tab key: yargs answers from the tables of commands and options. This is the only file
// that imports yargs, and it is imported only if completion is asked for
// (docs/decisions/0005-yargs-for-completion-only.md).
import yargs from 'yargs';
import { UsageError } from '../../errors.js';
import { optionHelp } from '../options/option-table.js';
import { findCompletionPoint } from './completion-point.js';

export type Shell = 'bash' | 'zsh';

/**
 * The shell that the script is for. The rule is that of yargs: zsh if SHELL or ZSH_NAME names it, else
 * bash. fish is refused, because yargs' script for fish keeps it from completing file names.
 * @throws UsageError for fish
 */
export function completionShell(environment: Readonly<Record<string, string | undefined>>): Shell {
  const shellPath = environment['SHELL'] ?? '';
  if (`${shellPath} ${environment['ZSH_NAME'] ?? ''}`.includes('zsh')) return 'zsh';
  if (!shellPath.includes('fish')) return 'bash';
  throw new UsageError(`completion is for bash and zsh, but SHELL is '${shellPath}'`, {
    hint: "'SHELL=bash redis-rewind completion' prints the script for bash",
  });
}

/**
 * The completion script. With it the shell asks this program `--get-yargs-completions WORDS`: what may
 * stand at the cursor. yargs shapes its answers for the shell that SHELL names. So the request sets SHELL,
 * and a bash that was started from a zsh gets answers for bash.
 */
export async function completionScript(shell: Shell): Promise<string> {
  let script = '';
  await newParser()
    .completion('completion')
    .parseAsync(['completion'], {}, (_error, _parsed, output) => {
      script = output;
    });
  const pinned = script.replace(`${PROGRAM} ${REQUEST}`, `SHELL=${shell} ${PROGRAM} ${REQUEST}`);
  return `${pinned.trimEnd()}\n`;
}

/**
 * What may stand at the cursor, an array of answers: names of commands, options, `now` for a TIME. It is
 * empty if a path is expected; the shell then completes file names.
 * @param words the program's name and what follows it, up to and including the word at the cursor
 */
export async function completionAnswers(words: readonly string[]): Promise<readonly string[]> {
  const point = findCompletionPoint(words.slice(1));
  if (point.kind === 'path') return [];
  if (point.kind === 'choice') {
    return point.choices.filter((choice) => choice.startsWith(point.current));
  }
  const parser = newParser();
  if (point.kind === 'command')
    for (const { name, summary } of point.commands) parser.command(name, summary);
  for (const option of point.options) {
    parser.option(option.name, {
      type: option.value === undefined ? 'boolean' : 'string',
      description: optionHelp(point.meant, option),
      ...(option.value === 'TIME' ? { choices: ['now'] } : {}),
    });
  }
  const given = point.given.map((option) => `--${option.name}`);
  return parser.getCompletion([...given, point.current]);
}

const PROGRAM = 'redis-rewind';
const REQUEST = '--get-yargs-completions';

/** A parser that knows nothing yet: it adds no help or version and puts no `--no-` before our names. */
function newParser() {
  return yargs([])
    .scriptName(PROGRAM)
    .help(false)
    .version(false)
    .detectLocale(false)
    .parserConfiguration({ 'boolean-negation': false });
}
