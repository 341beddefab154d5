// Finds out what is being typed at the cursor of an incomplete line: a command's name, an option, a TIME
// or a path. The shell itself completes paths best. Pure.
import { COMMANDS, type CommandSpec, findCommand } from '../command-table.js';
import type { CommandName, OptionSpec } from '../options/option-spec.js';
import { commandHasOption, OPTION_SPECS } from '../options/option-table.js';
import { findOption, tokenize } from '../options/parse-arguments.js';
import { ACCEPTED_OPTIONS, VERBOSITY_OPTIONS } from '../options/rdiff-backup-options.js';

export interface CompletionPoint {
  /** `path` means everything that is not one of the others. */
  readonly kind: 'command' | 'option' | 'time' | 'choice' | 'path';
  /** The word at the cursor, as typed so far. */
  readonly current: string;
  /** Commands that the word may name. */
  readonly commands: readonly CommandSpec[];
  /** Words of which the one at the cursor must be one. */
  readonly choices: readonly string[];
  /** The command that the line names, or those in NAMELESS. */
  readonly meant: readonly CommandName[];
  /** Options of the commands in `meant`. */
  readonly options: readonly OptionSpec[];
  /** Options before the cursor that may not be given again. One that waits for its value is last. */
  readonly given: readonly OptionSpec[];
}

/** Commands that a line may mean without naming them. */
const NAMELESS: readonly CommandName[] = ['backup', 'restore'];

/** @param words what follows the program's name, up to and including the word at the cursor. */
export function findCompletionPoint(words: readonly string[]): CompletionPoint {
  const current = words.at(-1) ?? '';
  const tokens = tokenize(words.slice(0, -1));
  const operands = tokens.filter((token) => token.kind === 'positional');
  const [firstOperand] = operands;
  const command = firstOperand === undefined ? null : findCommand(firstOperand.value);
  const meant = command === null ? NAMELESS : [command.name];
  const wanted = command?.operands[operands.length - 1] ?? '';
  const choices = wanted.includes('|') ? wanted.split('|') : [];
  const kind = kindOf(tokens, current, firstOperand === undefined);
  const written = tokens.flatMap((token) =>
    token.kind === 'option' ? (findOption(token.name) ?? []) : [],
  );
  return {
    kind: kind === 'path' && choices.length > 0 && !awaitsValue(tokens) ? 'choice' : kind,
    current,
    choices,
    commands: firstOperand === undefined ? COMMANDS : [],
    meant,
    options: OPTION_SPECS.filter((option) => meant.some((name) => commandHasOption(name, option))),
    given: written.filter((option) => option.repeatable !== true),
  };
}

function kindOf(
  tokens: ReturnType<typeof tokenize>,
  current: string,
  isFirstOperand: boolean,
): CompletionPoint['kind'] {
  const last = tokens.at(-1);
  if (last?.kind === 'option' && awaitsValue(tokens))
    return findOption(last.name)?.value === 'TIME' ? 'time' : 'path';
  const isPastOptions = tokens.some((token) => token.kind === 'option-terminator');
  if (current.startsWith('-') && !isPastOptions) return 'option';
  return isFirstOperand ? 'command' : 'path';
}

/** Whether the word at the cursor is the value of the option before it. */
function awaitsValue(tokens: ReturnType<typeof tokenize>): boolean {
  const last = tokens.at(-1);
  return last?.kind === 'option' && takesValue(last.name) && last.value === undefined;
}

function takesValue(name: string): boolean {
  return (
    findOption(name)?.value !== undefined ||
    ACCEPTED_OPTIONS.get(name)?.takesValue === true ||
    VERBOSITY_OPTIONS.includes(name)
  );
}
