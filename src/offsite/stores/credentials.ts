// Reads what the environment says about a store. No value is ever part of a message.
import { MissingCredentialsError, UsageError } from '../../errors.js';
import { pathFromText } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import { Secret } from '../../system/secrets/secret.js';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The first of these variables that is set and not empty; null where there is none. @throws UsageError */
export function variable(environment: Environment, ...names: readonly string[]): string | null {
  for (const name of names) {
    const value = environment[name];
    if (value === undefined || value === '') continue;
    // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
    if (/[\u0000-\u001f\u007f]/.test(value)) {
      throw new UsageError(`the variable ${name} holds a control character`, {
        hint: 'look for a line break at its end',
      });
    }
    return value;
  }
  return null;
}

export function secretVariable(environment: Environment, name: string): Secret | null {
  const value = variable(environment, name);
  return value === null ? null : new Secret(value);
}

/** @throws UsageError for what is no address, or holds a user or password */
export function parseAddress(text: string, from: string): URL {
  const url = readUrl(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.password !== '') {
    throw new UsageError(`${from} is not the address of a store`, {
      hint: 'write https://HOST[:PORT][/PATH], without a user or a password',
    });
  }
  return url;
}

function readUrl(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** The certificates in the file that a variable names; null where it is not set. */
export function readAuthorities(
  fileSystem: FileSystem,
  environment: Environment,
  name: string,
): Uint8Array | null {
  const path = variable(environment, name);
  return path === null ? null : readSmallFile(fileSystem, pathFromText(path));
}

export function missingVariables(what: string, names: string): MissingCredentialsError {
  return new MissingCredentialsError(`nothing says how to log in to ${what}`, {
    hint: `set ${names}; sudo drops variables that --preserve-env does not name`,
  });
}
