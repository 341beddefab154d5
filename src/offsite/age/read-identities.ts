// The keys that open an archive: identities of age, which are read here, and ssh keys, which Debian's age reads.
import { UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';
import { Secret } from '../../system/secrets/secret.js';

/** What `-i` names. */
export interface IdentityFile {
  readonly path: BytePath;
  /** `AGE-SECRET-KEY-…`; empty for an ssh key. */
  readonly identities: readonly Secret[];
  readonly isSsh: boolean;
}

const OWN_IDENTITY = /^AGE-SECRET-KEY-(?:PQ-)?1[02-9AC-HJ-NP-Z]+$/;
const PEM = /^-----BEGIN (?:OPENSSH|RSA) PRIVATE KEY-----/m;

/** No message repeats what is in the file. @throws UsageError, SystemError */
export function readIdentities(fileSystem: FileSystem, path: BytePath): IdentityFile {
  const text = readSmallFile(fileSystem, path).toString('utf8');
  const shown = `'${formatPath(path)}'`;
  if (PEM.test(text)) return { path, identities: [], isSsh: true };
  if (/^(?:age-encryption\.org\/v1$|-----BEGIN AGE ENCRYPTED FILE-----)/m.test(text)) {
    throw new UsageError(`the identity in ${shown} is encrypted itself`, {
      hint: `decrypt it first: age -d ${formatPath(path)} > FILE, with umask 077`,
    });
  }
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  const isOwn = lines.length > 0 && lines.every((line) => OWN_IDENTITY.test(line));
  if (isOwn) return { path, identities: lines.map((line) => new Secret(line)), isSsh: false };
  throw new UsageError(`there is no identity in ${shown}`, {
    hint: 'give a file that age-keygen has made, or an ssh key',
  });
}
