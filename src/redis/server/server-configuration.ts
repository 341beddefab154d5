// The configuration file of a server, read as the server reads it (redis config.c,
// loadServerConfigFromString): words are sds strings, later lines win, and `include` inserts other files,
// by name or by pattern. Needed for servers whose CONFIG command is renamed, disabled or denied.
import { UsageError } from '../../errors.js';
import { splitWords } from '../../persistence/sds-words.js';
import { type BytePath, formatPath, joinPath, parentPath } from '../../system/files/byte-path.js';
import { shortened } from '../connection/shortened.js';
import { settingFault } from './setting-fault.js';

export interface ServerConfiguration {
  /** The words of the last line of each directive, by its name in lower case; one character a byte. */
  readonly directives: ReadonlyMap<string, readonly string[]>;
  /** All `save` lines after the last `save ""`, joined as CONFIG GET shows them. */
  readonly savePoints: string;
  /** Where the last line of each directive is, by its name in lower case. */
  readonly origins: ReadonlyMap<string, { readonly path: BytePath; readonly line: number }>;
  /** New names of commands, by their usual names in lower case; '' for a disabled command. */
  readonly renamed: ReadonlyMap<string, string>;
}

export interface ConfigurationFiles {
  read(path: BytePath): Buffer;
  /** The paths in `folder` whose names match `pattern`, in order. */
  expand(folder: BytePath, pattern: string): readonly BytePath[];
}

/** The default of Redis where no line says otherwise (7.0, config.c). */
const DEFAULT_SAVE_POINTS = '3600 1 300 100 60 10000';
const DEPTH_MOST = 16;
/** With `include`, a few lines could read any number of files. The file of Redis 8 has 110 kB. */
const FILES_MOST = 256;
const TOTAL_MOST_BYTES = 4 * 1024 * 1024;

/** @throws UsageError for a file that a server would not accept; whatever `files` throws */
export function readServerConfiguration(
  path: BytePath,
  files: ConfigurationFiles,
): ServerConfiguration {
  const reading = new Reading(files);
  reading.read(path, 0);
  return reading;
}

class Reading implements ServerConfiguration {
  readonly directives = new Map<string, readonly string[]>();
  readonly origins = new Map<string, { readonly path: BytePath; readonly line: number }>();
  readonly renamed = new Map<string, string>();
  readonly #files: ConfigurationFiles;
  #savePoints: string[] | null = null;
  #filesRead = 0;
  #bytesRead = 0;

  constructor(files: ConfigurationFiles) {
    this.#files = files;
  }

  get savePoints(): string {
    return this.#savePoints === null ? DEFAULT_SAVE_POINTS : this.#savePoints.join(' ');
  }

  read(path: BytePath, depth: number): void {
    if (depth > DEPTH_MOST) {
      throw new UsageError(`'${formatPath(path)}' includes itself`);
    }
    const bytes = this.#files.read(path);
    this.#filesRead += 1;
    this.#bytesRead += bytes.length;
    if (this.#filesRead > FILES_MOST || this.#bytesRead > TOTAL_MOST_BYTES) {
      throw new UsageError(
        `the configuration is too large at '${formatPath(path)}': at most ${FILES_MOST} files and ${TOTAL_MOST_BYTES} bytes are read`,
      );
    }
    const lines = bytes.toString('latin1').split('\n');
    for (const [index, line] of lines.entries()) {
      const trimmed = line.trim();
      if (trimmed === '' || trimmed.startsWith('#')) continue;
      const words = splitWords(trimmed);
      if (words === null) {
        throw new UsageError(`line ${index + 1} of '${formatPath(path)}' has unbalanced quotes`);
      }
      requireUsable(words, index + 1, path);
      this.#take(words, { path, line: index + 1 }, depth);
    }
  }

  #take(words: readonly string[], origin: { path: BytePath; line: number }, depth: number): void {
    const [first = '', ...values] = words;
    const name = first.toLowerCase();
    if (name === 'include') {
      const included = this.#included(values[0] ?? '', origin.path);
      for (const file of included) this.read(file, depth + 1);
    } else if (name === 'save') {
      // `save ""` removes all save points (config.c, setConfigSaveOption).
      const isReset = values.length === 1 && values[0] === '';
      this.#savePoints = isReset ? [] : [...(this.#savePoints ?? []), ...values];
    } else if (name === 'rename-command') {
      this.renamed.set((values[0] ?? '').toLowerCase(), values[1] ?? '');
    } else {
      this.directives.set(name, values);
      this.origins.set(name, origin);
    }
  }

  /** A relative path counts from where the server was started. The folder of this file is the best guess. */
  #included(pattern: string, path: BytePath): readonly BytePath[] {
    const absolute = pattern.startsWith('/')
      ? (pattern as BytePath)
      : joinPath(parentPath(path), pattern);
    if (!/[*?[]/.test(pattern)) return [absolute];
    return this.#files.expand(
      parentPath(absolute),
      absolute.slice(parentPath(absolute).length + 1),
    );
  }
}

/** @throws UsageError for a line with which no server would start: files are sought under its value */
function requireUsable(words: readonly string[], line: number, path: BytePath): void {
  const [first = '', value = ''] = words;
  const name = first.toLowerCase();
  const fault =
    name === 'include' && value.includes('\0')
      ? 'has a NUL byte in it'
      : settingFault(name, value as BytePath);
  if (fault === null) return;
  const shown = shortened(formatPath(value as BytePath));
  throw new UsageError(
    `line ${line} of '${formatPath(path)}' gives ${name} the value '${shown}', which ${fault}`,
    { hint: 'give the file that the server was started with' },
  );
}
