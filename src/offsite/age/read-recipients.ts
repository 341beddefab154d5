// For whom an archive is encrypted: recipients of age, and ssh keys, from options and from files.
import { UsageError } from '../../errors.js';
import { type BytePath, formatPath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSmallFile } from '../../system/files/read-small-file.js';

/** Kinds that the package or Debian's age knows without a plugin. */
const OWN_RECIPIENT = /^age1(?:pq1)?[02-9ac-hj-np-z]+$/;
const SSH_RECIPIENT = /^(ssh-ed25519|ssh-rsa) ([A-Za-z0-9+/]+={0,2})(?: .*)?$/;

/** One of ssh-ed25519, in bytes. */
const SHORTEST_SSH_KEY = 51;

/** The key names its kind once more, as its first field: four bytes of length, then the name. */
export function isSshRecipient(recipient: string): boolean {
  const [, kind = '', key = ''] = SSH_RECIPIENT.exec(recipient) ?? [];
  const bytes = Buffer.from(key, 'base64');
  if (kind === '' || bytes.length < SHORTEST_SSH_KEY) return false;
  return bytes.readUInt32BE() === kind.length && bytes.toString('latin1', 4).startsWith(kind);
}

/** @throws UsageError where the text is no recipient */
export function parseRecipient(text: string, from = ''): string {
  const recipient = text.trim();
  if (OWN_RECIPIENT.test(recipient) || isSshRecipient(recipient)) return recipient;
  if (/^AGE-SECRET-KEY-|PRIVATE KEY/i.test(recipient)) {
    throw new UsageError(`a secret key was given as a recipient${from}`, {
      hint: "give the public one, which begins with 'age1' or 'ssh-'; 'age-keygen -y FILE' prints it",
    });
  }
  throw new UsageError(`'${shown(recipient)}'${from} is not a recipient`, {
    hint: "a recipient begins with 'age1', 'ssh-ed25519' or 'ssh-rsa'",
  });
}

/** One on each line; empty lines and lines that begin with # do not count. @throws UsageError, SystemError */
export function readRecipients(fileSystem: FileSystem, path: BytePath): string[] {
  const from = ` in '${formatPath(path)}'`;
  const lines = readSmallFile(fileSystem, path).toString('utf8').split(/\r?\n/);
  const recipients = lines
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => parseRecipient(line, from));
  if (recipients.length > 0) return recipients;
  throw new UsageError(`there is no recipient${from}`);
}

function shown(text: string): string {
  return text.length <= 80 ? text : `${text.slice(0, 77)}...`;
}
