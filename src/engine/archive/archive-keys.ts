// The keys of an archive, read from the files that the command line names.
import { UsageError } from '../../errors.js';
import { readIdentities } from '../../offsite/age/read-identities.js';
import { parseRecipient, readRecipients } from '../../offsite/age/read-recipients.js';
import type { OpeningKeys, SealingKeys } from '../../offsite/archive/archive-keys.js';
import type { BytePath } from '../../system/files/byte-path.js';
import type { FileSystem } from '../../system/files/file-system.js';
import { readSecretLine } from '../../system/secrets/read-secret-line.js';
import type { Secret } from '../../system/secrets/secret.js';
import type { OpeningRequest, SealingRequest } from './archive-request.js';

/**
 * @param isRemote whether the archive leaves this machine by itself: then not to encrypt it must be said
 * @throws UsageError for what contradicts or makes no sense; SystemError where a file cannot be read
 */
export function readSealingKeys(
  request: SealingRequest,
  fileSystem: FileSystem,
  isRemote: boolean,
): SealingKeys {
  const { passphraseFile, isPlain } = request;
  const hasRecipients = request.recipients.length + request.recipientFiles.length > 0;
  if (hasRecipients && passphraseFile !== null) {
    throw new UsageError('an archive has either recipients or a passphrase', {
      hint: 'leave out --passphrase-file, or --recipient and --recipients-file',
    });
  }
  if (isPlain && (hasRecipients || passphraseFile !== null)) {
    throw new UsageError('--no-encrypt contradicts the keys that are given', {
      hint: 'leave out one of them',
    });
  }
  if (passphraseFile !== null) {
    return { kind: 'passphrase', passphrase: readPassphrase(fileSystem, passphraseFile) };
  }
  const recipients = [
    ...request.recipients.map((text) => parseRecipient(text)),
    ...request.recipientFiles.flatMap((path) => readRecipients(fileSystem, path)),
  ];
  if (recipients.length > 0) return { kind: 'recipients', recipients: [...new Set(recipients)] };
  if (isPlain || !isRemote) return { kind: 'none' };
  throw new UsageError('nothing says for whom the archive is encrypted', {
    hint: 'give --recipient age1…, --recipients-file or --passphrase-file, or say --no-encrypt',
  });
}

/** @throws UsageError, SystemError */
export function readOpeningKeys(request: OpeningRequest, fileSystem: FileSystem): OpeningKeys {
  const { identityFiles, passphraseFile } = request;
  return {
    identities: identityFiles.map((path) => readIdentities(fileSystem, path)),
    passphrase: passphraseFile === null ? null : readPassphrase(fileSystem, passphraseFile),
  };
}

function readPassphrase(fileSystem: FileSystem, path: BytePath): Secret {
  return readSecretLine(fileSystem, { path, option: '--passphrase-file', what: 'passphrase' });
}
