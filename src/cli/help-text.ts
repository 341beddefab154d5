// The help of the program and of each command. It is made from the tables, at most 80 columns wide.
import { greatest } from '../system/lists/lists.js';
import { type CommandSpec, COMMANDS } from './command-table.js';
import type { CommandName, OptionSpec } from './options/option-spec.js';
import { commandHasOption, optionHelp, OPTION_SPECS } from './options/option-table.js';

export function programHelp(): string {
  return [
    ...wrap(
      'redis-rewind keeps the backups of a Redis data directory: the newest as plain files, the older ones as increments.',
    ),
    '',
    'Usage:',
    ...COMMANDS.flatMap((command) => usagesOf(command).map((usage) => `  ${usage}`)),
    '  redis-rewind [OPTIONS] SOURCE REPO               the same as backup',
    '  redis-rewind [OPTIONS] -r TIME REPO[/PATH] DEST  the same as restore',
    '',
    'Commands:',
    ...alignPairs(COMMANDS.map((command) => [command.name, command.summary])),
    '',
    'Options of every command:',
    ...commonOptionLines(),
    '',
    "'redis-rewind COMMAND --help' shows the options of a command.",
    '',
  ].join('\n');
}

export function commandHelp(command: CommandSpec): string {
  const isOwn = (option: OptionSpec): boolean =>
    option.commands !== undefined && commandHasOption(command.name, option);
  const own = OPTION_SPECS.filter(isOwn);
  return [
    ...usagesOf(command).map((usage, index) => (index === 0 ? 'Usage: ' : '       ') + usage),
    '',
    ...wrap(command.about),
    '',
    ...(own.length === 0 ? [] : ['Options:', ...optionLines(own, [command.name]), '']),
    'Options of every command:',
    ...commonOptionLines(),
    '',
    ...(own.some((option) => option.value === 'TIME') ? [...TIME_FORMS, ''] : []),
  ].join('\n');
}

const TIME_FORMS = [
  'TIME:',
  ...alignPairs([
    ['now', 'the newest snapshot'],
    ['2026-11-22T03:00:00+01:00', 'a moment; without a zone, local time'],
    ['2026-11-22', 'a day, from its first second'],
    ['3D, 2h30m', 'this long ago: s, m, h, D, W, M (30 D), Y (365 D)'],
    ['5B', 'five snapshots before the newest'],
    ["'#5'", 'snapshot 5, as list numbers it'],
    ['tag:before-upgrade', 'the newest snapshot with this tag'],
    ['1795312800', 'seconds since 1970'],
  ]),
];

function usagesOf({ name, operands, operandsFromArchive }: CommandSpec): string[] {
  const words = ['redis-rewind', name, '[OPTIONS]'];
  const usual = [...words, ...operands].join(' ');
  if (operandsFromArchive === undefined) return [usual];
  return [usual, [...words, '--from ARCHIVE', ...operandsFromArchive].join(' ')];
}

function commonOptionLines(): string[] {
  return optionLines(
    OPTION_SPECS.filter((option) => option.commands === undefined),
    COMMANDS.map((command) => command.name),
  );
}

function optionLines(options: readonly OptionSpec[], commands: readonly CommandName[]): string[] {
  return alignPairs(
    options.map((option) => {
      const short = option.short === undefined ? '    ' : `-${option.short}, `;
      const value = option.value === undefined ? '' : ` ${option.value}`;
      return [`${short}--${option.name}${value}`, optionHelp(commands, option)];
    }),
  );
}

function alignPairs(pairs: readonly (readonly [string, string])[]): string[] {
  const width = greatest(
    pairs.map(([left]) => left.length),
    0,
  );
  return pairs.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
}

const WIDTH = 80;

function wrap(text: string): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
