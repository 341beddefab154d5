// The words of the command that a schedule runs: those of this command line, without what is about the schedule itself. Paths
// become absolute, since cron runs elsewhere. A password is refused: everybody can read the line.
import { UsageError } from '../../errors.js';
import { formatPath } from '../../system/files/byte-path.js';
import { append } from '../../system/lists/lists.js';
import type { ToPath } from '../command.js';
import type { OptionSpec } from './option-spec.js';
import { findOption, tokenize } from './parse-arguments.js';
import { SCHEDULE_OPTIONS } from './schedule-options.js';

const OWN: ReadonlySet<string> = new Set(SCHEDULE_OPTIONS.map(({ name }) => name));

/** Values that are paths, by the word that the help has for them. */
const PATHS: ReadonlySet<string> = new Set(['FILE', 'DIR', 'PATH']);

/** @param argv as it was typed, with `schedule` in it. @throws UsageError */
export function scheduledWords(argv: readonly string[], toPath: ToPath): string[] {
  const tokens = tokenize(argv);
  let isCommand = true;
  const options: string[] = [];
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (!isCommand) operands.push(formatPath(toPath(token.value)));
      isCommand = false;
    }
    if (token.kind !== 'option') continue;
    const spec = findOption(token.name);
    if (spec === null || OWN.has(spec.name) || spec.name === 'json') continue;
    append(options, wordsOf(spec, token.value, toPath));
  }
  return ['backup', ...options, ...operands];
}

function wordsOf(spec: OptionSpec, value: string | undefined, toPath: ToPath): string[] {
  const option = `--${spec.name}`;
  if (value === undefined) return [option];
  if (spec.name === 'ping') throw wouldShow('the address', '--ping-file');
  const hasPassword = spec.name === 'redis' && /^[a-z]+:\/\/[^/]*:[^/@]*@/i.test(value);
  if (spec.name === 'auth' || hasPassword) throw wouldShow('the password', '--pass-file');
  const isFolder = spec.name === 'then-export' && !/^(?:swift|s3):/.test(value);
  const isPath = isFolder || (spec.value !== undefined && PATHS.has(spec.value));
  return [option, isPath ? formatPath(toPath(value)) : value];
}

function wouldShow(what: string, option: string): UsageError {
  return new UsageError(`everybody could read ${what} in the schedule`, {
    hint: `put it into a file of mode 0600, and name that with ${option}`,
  });
}
