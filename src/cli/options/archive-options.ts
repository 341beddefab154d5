// The rows of the table of options that are about archives.
import type { OptionSpec } from './option-spec.js';

export const ARCHIVE_OPTIONS = [
  {
    name: 'then-export',
    value: 'TARGET',
    help: 'then export what is missing in this folder',
    commands: ['backup', 'watch'],
  },
  {
    name: 'from',
    value: 'ARCHIVE',
    help: 'restore [PATH] from an archive; - is a pipe',
    helpOf: { recover: 'bring back this archive; - is a pipe' },
    commands: ['restore', 'recover'],
  },
  {
    name: 'identity',
    short: 'i',
    value: 'FILE',
    repeatable: true,
    help: 'the key that opens the archive: of age, or of ssh',
    commands: ['restore', 'recover', 'remote'],
  },
  {
    name: 'recipient',
    value: 'KEY',
    repeatable: true,
    help: 'encrypt for this key: age1…, ssh-ed25519 …',
    commands: ['backup', 'watch', 'export'],
  },
  {
    name: 'recipients-file',
    value: 'FILE',
    repeatable: true,
    help: 'encrypt for the keys in FILE, one on each line',
    commands: ['backup', 'watch', 'export'],
  },
  {
    name: 'passphrase-file',
    value: 'FILE',
    help: 'encrypt with the first line of FILE',
    helpOf: {
      restore: 'the archive opens with the first line of FILE',
      recover: 'the archive opens with the first line of FILE',
      remote: 'the archives open with the first line of FILE',
    },
    commands: ['backup', 'watch', 'export', 'restore', 'recover', 'remote'],
  },
  {
    name: 'no-encrypt',
    help: 'do not encrypt the archive',
    commands: ['backup', 'watch', 'export'],
  },
  {
    name: 'endpoint',
    value: 'URL',
    help: 'the S3 store, if it is not that of AWS',
    commands: ['backup', 'watch', 'export', 'restore', 'recover', 'remote'],
  },
  {
    name: 'segment-size',
    value: 'SIZE',
    help: 'send the archive in segments of this size',
    commands: ['backup', 'watch', 'export'],
  },
  {
    name: 'spool',
    value: 'DIR',
    help: 'for segments of over 64M until they are stored',
    commands: ['backup', 'watch', 'export'],
  },
  {
    name: 'limit-rate',
    value: 'SIZE',
    help: 'bytes in a second at most, such as 2M',
    commands: ['backup', 'watch', 'export', 'restore', 'recover', 'remote'],
  },
] as const satisfies readonly OptionSpec[];
