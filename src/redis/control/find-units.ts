// Finds the units of systemd that start a server with a configuration file, also where no server runs. The unit files say
// which ones may; systemctl says what each of them really starts.
import { CorruptError, SystemError } from '../../errors.js';
import {
  type BytePath,
  baseName,
  joinPath,
  pathFromBytes,
  pathFromText,
} from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readFileUpTo } from '../../system/files/read-chunks.js';
import type { CommandOptions, CommandResult } from '../../system/programs/run-command.js';

export interface UnitSearch {
  readonly fileSystem: FileSystem;
  readonly run: (
    words: readonly [string, ...string[]],
    options: CommandOptions,
  ) => Promise<CommandResult>;
  readonly options: CommandOptions;
}

export interface ServerUnit {
  /** Such as `redis-server.service`. */
  readonly name: string;
  /** Absolute; null where systemd does not say. */
  readonly program: BytePath | null;
  /** The words after the configuration file: options that win over it. */
  readonly options: readonly string[];
  /** The process id of its main process; null where none runs. */
  readonly mainProcess: number | null;
}

/** None where systemd does not run on this machine. @throws SystemError, InterruptedError */
export async function findUnits(
  search: UnitSearch,
  configuration: BytePath,
): Promise<readonly ServerUnit[]> {
  const { fileSystem } = search;
  const folders = (await ask(search, ['--property=UnitPath', '--value']))
    .split(/\s+/)
    .filter((word) => word.startsWith('/'))
    .map(pathFromText);
  const names = new Set(
    folders.flatMap((folder) => candidatesIn(fileSystem, folder, configuration)),
  );
  const units = new Map<string, ServerUnit>();
  for (const name of [...names].slice(0, UNITS_MOST)) {
    const properties = ['Id', 'MainPID', 'ExecStart'].map((each) => `--property=${each}`);
    const text = await ask(search, [...properties, '--', name]);
    const unit = parseUnit(text, (path) => isSamePath(fileSystem, path, configuration));
    if (unit !== null) units.set(unit.name, unit);
  }
  return [...units.values()];
}

const UNITS_MOST = 16;
const FILES_MOST = 4096;
const FILE_MOST_BYTES = 64 * 1024;

/** What `systemctl show` prints; '' where it fails, or is not there. */
async function ask({ run, options }: UnitSearch, words: readonly string[]): Promise<string> {
  try {
    const { code, output } = await run(['systemctl', 'show', ...words], options);
    return code === 0 ? output : '';
  } catch (error) {
    if (error instanceof SystemError && error.errno === 'ENOENT') return '';
    throw error;
  }
}

/** The names of units whose files name the configuration file. */
function candidatesIn(
  fileSystem: FileSystem,
  folder: BytePath,
  configuration: BytePath,
): readonly string[] {
  return listOrNone(fileSystem, folder)
    .slice(0, FILES_MOST)
    .flatMap((name) => {
      const [, unit, isFolder] = /^([\w.@:\\-]+\.service)(\.d)?$/.exec(name) ?? [];
      if (unit === undefined) return [];
      const path = joinPath(folder, name);
      const files =
        isFolder === undefined
          ? [path]
          : listOrNone(fileSystem, path).map((file) => joinPath(path, file));
      const texts = files.map((file) => readOrNothing(fileSystem, file));
      return texts.flatMap((text) => unitOf(unit, text, configuration) ?? []);
    });
}

/** The unit that the file describes; of a template, the instance that has the configuration file. */
function unitOf(unit: string, text: string, configuration: BytePath): string | null {
  const words = text.split(/[\s"'=]+/).filter((word) => word.startsWith('/'));
  const [, template] = /^([^@]+)@\.service$/.exec(unit) ?? [];
  if (template === undefined) {
    const last = baseName(configuration);
    return words.some((word) => baseName(pathFromText(word)) === last) ? unit : null;
  }
  for (const word of words) {
    const [before = '', after, ...more] = word.split(/%[iI]/);
    if (after === undefined || more.length > 0) continue;
    if (!configuration.startsWith(before) || !configuration.endsWith(after)) continue;
    const instance = configuration.slice(before.length, configuration.length - after.length);
    if (/^[\w.:-]+$/.test(instance)) return `${template}@${instance}.service`;
  }
  return null;
}

/**
 * Null where the unit does not start a server with that file.
 * @param text of `systemctl show`: one property a line. `ExecStart={ path=… ; argv[]=… ; ignore_errors=no ; … }`
 */
export function parseUnit(
  text: string,
  isConfiguration: (path: BytePath) => boolean,
): ServerUnit | null {
  const valueOf = (name: string): string =>
    new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const command = valueOf('ExecStart');
  const words = (/ argv\[\]=(.*?) ; ignore_errors=/.exec(command)?.[1] ?? '').split(/\s+/);
  const at = words.findIndex(
    (word, index) =>
      index > 0 && word.startsWith('/') && isConfiguration(pathFromBytes(Buffer.from(word))),
  );
  const name = valueOf('Id');
  if (at === -1 || name === '') return null;
  const program = / path=(\/.*?) ; argv\[\]=/.exec(command)?.[1];
  const mainProcess = Number(valueOf('MainPID'));
  return {
    name,
    program: program === undefined ? null : pathFromText(program),
    options: words.slice(at + 1),
    mainProcess: mainProcess > 0 ? mainProcess : null,
  };
}

function isSamePath(fileSystem: FileSystem, path: BytePath, other: BytePath): boolean {
  if (path === other) return true;
  const real = orElse(null, () => fileSystem.realPath(path));
  return real !== null && real === orElse(null, () => fileSystem.realPath(other));
}

function listOrNone(fileSystem: FileSystem, folder: BytePath): readonly BytePath[] {
  return orElse([], () => (fileSystem.realPath(folder) === null ? [] : fileSystem.list(folder)));
}

function readOrNothing(fileSystem: FileSystem, path: BytePath): string {
  return orElse('', () => {
    const real = fileSystem.realPath(path);
    if (real === null || fileSystem.stat(real)?.isFile() !== true) return '';
    return readFileUpTo(fileSystem, real, FILE_MOST_BYTES)?.toString('utf8') ?? '';
  });
}

/** What was taken away meanwhile, or is something else than expected, is no unit. */
function orElse<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SystemError || error instanceof CorruptError) return otherwise;
    throw error;
  }
}
