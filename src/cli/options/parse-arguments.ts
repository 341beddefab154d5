// Reads argv into options and operands, before the command is known. Pure. It keeps the order of
// --include and --exclude, because the first rule that matches decides. It drops the options of
// rdiff-backup that change nothing here.
import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { PathRule } from '../../engine/source/path-filter.js';
import { UsageError } from '../../errors.js';
import { nearestName } from '../nearest-name.js';
import type { OptionSpec } from './option-spec.js';
import { OPTION_SPECS, type OptionName } from './option-table.js';
import { ACCEPTED_OPTIONS, REFUSED_OPTIONS, VERBOSITY_OPTIONS } from './rdiff-backup-options.js';

/** The command line as it was given. */
export interface ParsedArguments {
  /** Everything that is not an option: the command's name, if there is one, and the paths. */
  readonly operands: readonly string[];
  /** How often each option was given. An option that was not given is absent. */
  readonly counts: ReadonlyMap<OptionName, number>;
  /** The values of each option that takes a value, in the order given. */
  readonly values: ReadonlyMap<OptionName, readonly string[]>;
  readonly rules: readonly PathRule[];
  /** Whether rdiff-backup's `-b` was given: the line is a backup. */
  readonly backupMode: boolean;
}

type ArgumentToken = NonNullable<ReturnType<typeof tokenize>>[number];
type OptionToken = Extract<ArgumentToken, { kind: 'option' }>;

/** Every name that an option may be written with, without dashes. */
const NAMES = new Map<string, OptionSpec>(
  OPTION_SPECS.flatMap((spec) =>
    [spec.name, ...(spec.aliases ?? [])].map((name) => [name, spec] as const),
  ),
);

/**
 * @throws UsageError for an option that does not exist, lacks its value, has a value that it does not
 * take, or is given twice.
 */
export function parseArguments(argv: readonly string[]): ParsedArguments {
  const reading = new Reading();
  const tokens = tokenize(argv);
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as ArgumentToken;
    if (token.kind === 'positional') reading.operands.push(token.value);
    if (token.kind !== 'option') continue;
    const level = token.name === 'verbose' ? verbosityAfter(token, tokens[index + 1]) : null;
    if (level !== null) index += 1;
    reading.take(token, level);
  }
  return reading;
}

/** What can be read from a command line even if the rest of it is wrong. */
export interface Glance {
  readonly asksForHelp: boolean;
  readonly asksForVersion: boolean;
  readonly wantsJson: boolean;
  /** The command's name, if the line has one. */
  readonly firstOperand: string | null;
}

export function glanceAt(argv: readonly string[]): Glance {
  const tokens = tokenize(argv);
  const mentions = (name: OptionName): boolean =>
    tokens.some((token) => token.kind === 'option' && token.name === name);
  const first = tokens.find((token) => token.kind === 'positional');
  return {
    asksForHelp: mentions('help'),
    asksForVersion: mentions('version'),
    wantsJson: mentions('json'),
    firstOperand: first?.value ?? null,
  };
}

class Reading implements ParsedArguments {
  readonly operands: string[] = [];
  readonly counts = new Map<OptionName, number>();
  readonly values = new Map<OptionName, string[]>();
  readonly rules: PathRule[] = [];
  backupMode = false;

  take(token: OptionToken, verbosity: number | null): void {
    if (verbosity !== null) return this.#setVerbosity(verbosity);
    if (token.name === 'backup-mode') {
      this.backupMode = true;
    } else if (token.name === 'print-statistics') {
      this.#count('verbose');
    } else if (VERBOSITY_OPTIONS.includes(token.name)) {
      this.#setVerbosity(parseVerbosity(token));
    } else if (ACCEPTED_OPTIONS.has(token.name)) {
      checkValue(token, ACCEPTED_OPTIONS.get(token.name)?.takesValue === true);
    } else {
      const spec = NAMES.get(token.name);
      if (spec === undefined) throw unknownOption(token);
      this.#takeOwn(token, spec);
    }
  }

  #takeOwn(token: OptionToken, spec: OptionSpec): void {
    const name = spec.name as OptionName;
    if (this.counts.has(name) && spec.value !== undefined && spec.repeatable !== true)
      throw new UsageError(`option '${token.rawName}' is given more than once`);
    const value = checkValue(token, spec.value !== undefined, spec.isSecret === true);
    this.#count(name);
    if (value === null) return;
    this.values.set(name, [...(this.values.get(name) ?? []), value]);
    if (name === 'include' || name === 'exclude') this.rules.push({ kind: name, pattern: value });
  }

  /** rdiff-backup's scale: 3 is the default, 4 and above say what is done, below 3 only what is wrong. */
  #setVerbosity(level: number): void {
    this.counts.delete('verbose');
    this.counts.delete('quiet');
    if (level >= 4) this.counts.set('verbose', 1);
    if (level <= 2) this.counts.set('quiet', 1);
  }

  #count(name: OptionName): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

/** The value of an option that takes one, else null. No message shows a secret value. */
function checkValue(token: OptionToken, takesValue: boolean, isSecret = false): string | null {
  if (!takesValue) {
    if (token.value === undefined) return null;
    throw new UsageError(
      `option '${token.rawName}' takes no value, but '${token.value}' was given`,
    );
  }
  if (token.value === undefined || token.value === '') {
    const hint =
      token.rawName === '-h' ? { hint: "-h is the host of a server; '--help' helps" } : {};
    throw new UsageError(`option '${token.rawName}' needs a value`, hint);
  }
  if (!token.inlineValue && /^-./.test(token.value)) {
    const shown = isSecret ? '-…' : token.value;
    throw new UsageError(`option '${token.rawName}' needs a value, but '${shown}' follows it`, {
      hint: `write a value that begins with a dash as '${joinValue(token, shown)}'`,
    });
  }
  return token.value;
}

function joinValue({ rawName }: OptionToken, value: string): string {
  return rawName.startsWith('--') ? `${rawName}=${value}` : `${rawName}${value}`;
}

/** The number of `-v5` or `-v 5`; null for a `-v` without a number. */
function verbosityAfter(token: OptionToken, next: ArgumentToken | undefined): number | null {
  if (token.rawName !== '-v' || next === undefined) return null;
  const isJoined = next.kind === 'option' && next.index === token.index && isDigit(next.name);
  if (isJoined) return Number(next.name);
  const isNext =
    next.kind === 'positional' && next.index === token.index + 1 && isDigit(next.value);
  return isNext ? Number(next.value) : null;
}

function parseVerbosity(token: OptionToken): number {
  const value = checkValue(token, true) as string;
  if (!isDigit(value))
    throw new UsageError(`'${value}' is not a verbosity`, { hint: 'give a number from 0 to 9' });
  return Number(value);
}

function isDigit(text: string): boolean {
  return /^[0-9]$/.test(text);
}

function unknownOption(token: OptionToken): UsageError {
  const refused = REFUSED_OPTIONS.get(token.name);
  const isLong = token.rawName.startsWith('--');
  const near = isLong
    ? nearestName(token.name, [...NAMES.keys(), ...ACCEPTED_OPTIONS.keys()])
    : null;
  const hint =
    refused ?? (near === null ? "see 'redis-rewind --help'" : `did you mean '--${near}'?`);
  return new UsageError(`unknown option '${token.rawName}'`, { hint });
}

/** The option with this name or alias, without dashes; null if there is none. */
export function findOption(name: string): OptionSpec | null {
  return NAMES.get(name) ?? null;
}

/** argv as the tokens of util.parseArgs. Short options carry their long name. Never throws. */
export function tokenize(argv: readonly string[]) {
  const options: ParseArgsConfig['options'] = {
    'backup-mode': { type: 'boolean', short: 'b' },
    'print-statistics': { type: 'boolean' },
  };
  for (const [name, spec] of NAMES) {
    const type = spec.value === undefined ? 'boolean' : 'string';
    const isShort = name === spec.name && spec.short !== undefined;
    options[name] = isShort ? { type, short: spec.short } : { type };
  }
  for (const [name, { takesValue }] of ACCEPTED_OPTIONS)
    options[name] = { type: takesValue ? 'string' : 'boolean' };
  for (const name of VERBOSITY_OPTIONS) options[name] = { type: 'string' };
  return parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}
