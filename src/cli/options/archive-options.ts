// The rows of the table of options that are about archives.
import type { OptionSpec } from './option-spec.js';

export const ARCHIVE_OPTIONS = [
  {
    name: 'from',
    value: 'ARCHIVE',
    help: 'restore [PATH] from an archive; - is a pipe',
    commands: ['restore'],
  },
  {
    name: 'identity',
    short: 'i',
    value: 'FILE',
    repeatable: true,
    help: 'the key that opens the archive: of age, or of ssh',
    commands: ['restore'],
  },
  {
    name: 'recipient',
    value: 'KEY',
    repeatable: true,
    help: 'encrypt for this key: age1…, ssh-ed25519 …',
    commands: ['export'],
  },
  {
    name: 'recipients-file',
    value: 'FILE',
    repeatable: true,
    help: 'encrypt for the keys in FILE, one on each line',
    commands: ['export'],
  },
  {
    name: 'passphrase-file',
    value: 'FILE',
    help: 'encrypt with the first line of FILE',
    helpOf: { restore: 'the archive opens with the first line of FILE' },
    commands: ['export', 'restore'],
  },
  {
    name: 'no-encrypt',
    help: 'do not encrypt the archive',
    commands: ['export'],
  },
] as const satisfies readonly OptionSpec[];
