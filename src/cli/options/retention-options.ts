// The rows of the table of options that say which snapshots stay, and what people say of snapshots.
import type { OptionSpec } from './option-spec.js';

export const RETENTION_OPTIONS = [
  {
    name: 'keep-last',
    value: 'N',
    help: 'keep the N newest snapshots',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'keep-hourly',
    value: 'N',
    help: 'keep the last snapshot of each of N hours',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'keep-daily',
    value: 'N',
    help: 'keep the last snapshot of each of N days',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'keep-weekly',
    value: 'N',
    help: 'keep the last snapshot of each of N weeks',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'keep-monthly',
    value: 'N',
    help: 'keep the last snapshot of each of N months',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'keep-yearly',
    value: 'N',
    help: 'keep the last snapshot of each of N years',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'keep-within',
    value: 'SPAN',
    help: 'keep what is at most SPAN older than the newest',
    commands: ['backup', 'watch', 'remove', 'remote'],
  },
  {
    name: 'older-than',
    aliases: ['remove-older-than'],
    value: 'TIME',
    help: 'consider only what is older than TIME',
    commands: ['remove', 'remote'],
  },
  {
    name: 'snapshot',
    value: 'ID',
    repeatable: true,
    help: 'remove snapshot ID, or a range such as 3-9',
    commands: ['remove'],
  },
  {
    name: 'alarm',
    value: 'PERCENT',
    help: 'loss of bytes or keys that is an alarm (50)',
    commands: ['backup', 'watch', 'remove'],
  },
  {
    name: 'tag',
    value: 'NAME',
    repeatable: true,
    help: 'give the snapshot a name, for -r tag:NAME',
    commands: ['backup'],
  },
  {
    name: 'note',
    value: 'TEXT',
    help: 'say why the snapshot is pinned',
    commands: ['pin'],
  },
] as const satisfies readonly OptionSpec[];
