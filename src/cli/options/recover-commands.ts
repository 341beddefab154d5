// The commands that a person types to go on with a recovery, or to take it back, made from the command line that was given.
// A password, and commands that may hold one, are not repeated. Pure.
import type { CommandsToType } from '../../engine/recover/recover-request.js';
import { shellWord } from '../../system/text/shell-word.js';
import type { OptionName } from './option-table.js';
import type { ParsedArguments } from './parse-arguments.js';

/** They name the server. */
const SERVER: readonly OptionName[] = [
  'redis',
  'host',
  'port',
  'socket',
  'pass-file',
  'user',
  'tls',
  'cacert',
  'cert',
  'key',
  'redis-conf',
  'data-dir',
  'chown',
];

/** They name the archive, and open it. */
const ARCHIVE: readonly OptionName[] = [
  'from',
  'identity',
  'passphrase-file',
  'endpoint',
  'limit-rate',
];

/** The value may hold a password. */
const COMMANDS: readonly OptionName[] = ['stop-cmd', 'start-cmd'];

/** @param repository as it was typed; null where none was */
export function toTypedCommands(
  parsed: ParsedArguments,
  repository: string | null,
): CommandsToType {
  const words = (names: readonly OptionName[]): string[] =>
    names.flatMap((name) => wordsOf(parsed, name));
  const server = words([...SERVER, ...COMMANDS]);
  const own = words(['at', ...ARCHIVE, 'use', 'discard-present']);
  const begin = ['redis-rewind', 'recover'];
  const shown = repository === null ? [] : [shellWord(repository)];
  return {
    again: [...begin, ...own, ...shown, ...server].join(' '),
    undo: [...begin, '--undo', ...shown, ...server].join(' '),
  };
}

const SHORT: ReadonlyMap<OptionName, string> = new Map([
  ['at', '-r'],
  ['host', '-h'],
  ['port', '-p'],
  ['socket', '-s'],
]);

function wordsOf({ counts, values }: ParsedArguments, name: OptionName): string[] {
  if (!counts.has(name)) return [];
  const option = SHORT.get(name) ?? `--${name}`;
  const given = values.get(name);
  if (given === undefined) return [option];
  if (COMMANDS.includes(name)) return [option, "'…'"];
  return given.flatMap((value) => [
    option,
    shellWord(name === 'redis' ? withoutPassword(value) : value),
  ]);
}

/** `redis://user:password@host` without the password. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/)([^/?#]*)@/i, (_, scheme: string, login: string) => {
    const [user = ''] = login.split(':');
    return user === '' ? scheme : `${scheme}${user}@`;
  });
}
