// Chooses the command that a command line means. A line may name its command. Or it may be written as
// for rdiff-backup: `SOURCE REPO` is a backup, `-r TIME REPO[/PATH] DEST` a restore. Pure.
import { UsageError } from '../errors.js';
import { type CommandSpec, COMMANDS, findCommand } from './command-table.js';
import { nearestName } from './nearest-name.js';
import {
  commandHasOption,
  OPTION_SPECS,
  optionLabel,
  type OptionName,
} from './options/option-table.js';
import type { ParsedArguments } from './options/parse-arguments.js';
import { FOREIGN_COMMANDS, FOREIGN_LISTS } from './options/rdiff-backup-options.js';
import { namesServer } from './options/server-options.js';
import { SERVER_URL, misplacedUrl } from './options/server-url.js';
import { takenPathHint, tornTimeHint } from './swallowed-words.js';

export interface ChosenCommand {
  readonly command: CommandSpec;
  /** The paths, as many as the command takes. */
  readonly operands: readonly string[];
}

/** @throws UsageError for an unknown command, a wrong number of operands, or an option of another command. */
export function chooseCommand(parsed: ParsedArguments): ChosenCommand {
  const first = parsed.operands[0];
  if (first === undefined) throw new UsageError('no command given', { hint: HELP_HINT });
  const named = findCommand(first);
  const command = named ?? nameless(parsed, first);
  if (parsed.backupMode && command.name !== 'backup')
    throw new UsageError(`option '--backup-mode' does not go with ${command.name}`);
  const operands = operandsOf(named, parsed);
  checkOptions(command, parsed.counts);
  checkOperands(command, operands, parsed);
  return { command, operands };
}

/** rdiff-backup says `remove increments --older-than TIME REPO`. */
function operandsOf(named: CommandSpec | null, { operands }: ParsedArguments): readonly string[] {
  if (named === null) return operands;
  const [, word] = operands;
  const isForeign = named.name === 'remove' && word === 'increments' && operands.length > 2;
  return operands.slice(isForeign ? 2 : 1);
}

const HELP_HINT = "see 'redis-rewind --help'";

const BARE_WORD = /^[a-z-]+$/;

function nearestCommand(word: string): CommandSpec['name'] | null {
  return nearestName(
    word,
    COMMANDS.map((command) => command.name),
  ) as CommandSpec['name'] | null;
}

/** The command that a line without a command's name means. */
function nameless(parsed: ParsedArguments, first: string): CommandSpec {
  if (parsed.counts.has('older-than')) return findCommand('remove') as CommandSpec;
  const topic = parsed.operands[1];
  if (first === 'help' && topic !== undefined && BARE_WORD.test(topic))
    throw unknownCommand(topic, nearestCommand(topic), true);
  const near = nearestCommand(first);
  const isAlone = parsed.operands.length === 1;
  if (BARE_WORD.test(first) && (isAlone || near !== null || FOREIGN_COMMANDS.has(first)))
    throw unknownCommand(first, near, isAlone);
  const isRestore = parsed.counts.has('at') || parsed.counts.has('from');
  return findCommand(isRestore ? 'restore' : 'backup') as CommandSpec;
}

function unknownCommand(word: string, near: string | null, isAlone: boolean): UsageError {
  const folder = `write a folder of that name as './${word}'`;
  const foreign = FOREIGN_COMMANDS.get(word);
  if (foreign !== undefined)
    return new UsageError(`'${word}' is a command of rdiff-backup, not of redis-rewind`, {
      hint: `${foreign} (${folder})`,
    });
  if (near === null)
    return new UsageError(`unknown command '${word}'`, { hint: isAlone ? HELP_HINT : folder });
  const question = `did you mean '${near}'?`;
  return new UsageError(`unknown command '${word}'`, {
    hint: isAlone ? question : `${question} (${folder})`,
  });
}

function checkOptions(command: CommandSpec, given: ReadonlyMap<OptionName, number>): void {
  for (const option of OPTION_SPECS) {
    if (!given.has(option.name as OptionName) || commandHasOption(command.name, option)) continue;
    throw new UsageError(`option '${optionLabel(option)}' does not go with ${command.name}`, {
      hint: `see 'redis-rewind ${command.name} --help'`,
    });
  }
}

/** Where an option says what the operands would. */
function mayLackOperands(
  { name }: CommandSpec,
  operands: readonly string[],
  { counts }: ParsedArguments,
): boolean {
  if (name === 'recover')
    return operands.length === 0 && (counts.has('from') || counts.has('undo'));
  if (name !== 'schedule') return false;
  return operands.length === 0 ? counts.has('list') : operands.length === 1 && counts.has('remove');
}

function checkOperands(
  command: CommandSpec,
  operands: readonly string[],
  parsed: ParsedArguments,
): void {
  if (command.name === 'restore' && parsed.counts.has('from')) {
    checkArchiveOperands(operands);
    return;
  }
  if (mayLackOperands(command, operands, parsed)) return;
  const needed = command.operands.filter((name) => !name.startsWith('['));
  const mayLeaveOut = namesServer(parsed.counts) && operands.length === needed.length;
  const isMore = command.operands.at(-1)?.endsWith('…') === true && operands.length > needed.length;
  if (operands.length === command.operands.length || mayLeaveOut || isMore) return;
  if (operands.some((operand) => SERVER_URL.test(operand))) throw misplacedUrl();
  const foreignList = command.name === 'list' ? FOREIGN_LISTS.get(operands[0] ?? '') : undefined;
  if (foreignList !== undefined)
    throw new UsageError(`'list ${operands[0]}' is a command of rdiff-backup`, {
      hint: foreignList,
    });
  const url = parsed.values.get('redis')?.[0] ?? '';
  if (operands.length < needed.length && /^\.{0,2}\//.test(url)) {
    throw new UsageError(
      `'${url}' was taken for the URL of --redis, and ${command.name} lacks REPO`,
      {
        hint: "write '--redis redis://127.0.0.1 REPO'",
      },
    );
  }
  if (needed.length < command.operands.length && operands.length === needed.length) {
    throw new UsageError(
      `${command.name} takes SOURCE and REPO, but only '${operands[0]}' was given`,
      {
        hint: "to back up a running server, leave SOURCE out: '--redis redis://127.0.0.1 REPO'",
      },
    );
  }
  const names = command.operands.map((name) => name.replace(/^\[(.*)\]$/, '$1'));
  const wanted = names.length === 0 ? 'no path' : names.join(' and ');
  const given = operands.length === 0 ? 'nothing' : operands.map((text) => `'${text}'`).join(' ');
  const swallowed = operands.length < needed.length ? takenPathHint(parsed) : tornTimeHint(parsed);
  throw new UsageError(`${command.name} takes ${wanted}, but ${given} was given`, {
    hint: swallowed ?? `see 'redis-rewind ${command.name} --help'`,
  });
}

/** The archive takes the place of REPO. */
function checkArchiveOperands(operands: readonly string[]): void {
  if (operands.length === 1 || operands.length === 2) return;
  const given = operands.length === 0 ? 'nothing' : operands.map((text) => `'${text}'`).join(' ');
  throw new UsageError(`restore --from ARCHIVE takes [PATH] and DEST, but ${given} was given`, {
    hint: "see 'redis-rewind restore --help'",
  });
}
