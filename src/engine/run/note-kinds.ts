// The stable words by which a note says what it is about, as `--json` prints them. docs/cli.md explains
// each one, and a test compares the two. A word keeps its meaning for ever: a script may depend on it.
// A word that is no longer used stays readable, since old snapshots have it (StoredNote in repository/stored/).

export const NOTE_KINDS = [
  // What is read for a backup.
  'also-missing',
  'left-out',
  'left-out-debris',
  'left-out-device',
  'left-out-fifo',
  'left-out-link-of-other',
  'left-out-socket',
  'link-outside',
  'not-recordable',
  'reserved-name',
  'stale',
  'unreadable',
  // What is found in dumps and AOF files.
  'cannot-be-checked',
  'cut-short',
  'damaged-content',
  'followed',
  'not-loaded',
  'not-understood',
  'without-keys',
  'would-not-load',
  // The server.
  'aof-failing',
  'dump-left',
  'expiring-keys',
  'keys-differ',
  'moved',
  'needless-password',
  'not-permanent',
  'no-replica',
  'nothing-persisted',
  'overridden',
  'password-shown',
  'replica',
  'replicas',
  'running-server',
  'unknown-keys',
  'unseen-files',
  // The mirror, as a backup or a verification finds it.
  'foreign',
  'foreign-files',
  'foreign-replaced',
  'mirror-damaged',
  'mirror-link',
  'mirror-lost',
  'mirror-mended',
  'mirror-metadata',
  // The repository's own folder.
  'catalog-copy',
  'damaged-record',
  'kept',
  'left-damaged',
  'left-over',
  'lock',
  'no-snapshot',
  'not-recorded',
  // What a run could not do, or did otherwise.
  'clock-behind',
  'kept-metadata',
  'owner-numbers',
  'unfinished',
  'unset-mode',
  'unset-owner',
  'unset-time',
] as const;

export type NoteKind = (typeof NOTE_KINDS)[number];
