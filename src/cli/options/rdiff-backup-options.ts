// The options of rdiff-backup and how they are read here. An option is accepted without effect if this
// program always does what it asks for, or has nothing that it could apply to. An option that asks for
// something this program does not do is refused, with a hint.

/** An option of rdiff-backup that is accepted and has no effect. */
export interface AcceptedOption {
  readonly takesValue: boolean;
}

const flag: AcceptedOption = { takesValue: false };
const valued: AcceptedOption = { takesValue: true };

/** By long name. docs/cli.md lists them with their reasons, and a test compares the two lists. */
export const ACCEPTED_OPTIONS: ReadonlyMap<string, AcceptedOption> = new Map([
  ['preserve-numerical-ids', flag],
  ['no-file-statistics', flag],
  ['file-statistics', flag],
  ['no-print-statistics', flag],
  ['create-full-path', flag],
  ['compression', flag],
  ['no-compression', flag],
  ['not-compressed-regexp', valued],
  ['no-compression-regexp', valued],
  ['hard-links', flag],
  ['no-hard-links', flag],
  ['compare-inode', flag],
  ['no-compare-inode', flag],
  ['no-acls', flag],
  ['no-eas', flag],
  ['no-carbonfile', flag],
  ['no-resource-forks', flag],
  ['exclude-sockets', flag],
  ['exclude-fifos', flag],
  ['exclude-device-files', flag],
  ['include-symbolic-links', flag],
  ['fsync', flag],
  ['no-fsync', flag],
  ['new', flag],
  ['no-new', flag],
  ['api-version', valued],
  ['use-compatible-timestamps', flag],
  ['ssh-compression', flag],
  ['no-ssh-compression', flag],
  ['ssh-no-compression', flag],
  ['tempdir', valued],
]);

/** Long options that take a verbosity from 0 to 9, like `-v` with a number. */
export const VERBOSITY_OPTIONS: readonly string[] = ['verbosity', 'terminal-verbosity'];

const ONLY_GLOBS = "use '--exclude GLOB' and '--include GLOB' instead";
const NO_COMPARISON =
  "a comparison with SOURCE is not there yet; 'redis-rewind list --changed-since TIME REPO' compares snapshots";
const NO_STATISTICS =
  "'redis-rewind list REPO' and 'redis-rewind info REPO' show what was kept and what it costs";
const NO_QUOTING = 'leave it out: names are kept as they are';
const NO_REGRESS = 'leave it out: the next backup cleans up after a failed one';
const LOCAL_ONLY = 'both paths are on this machine; mount the other one, or run the program there';

/** Hints for options of rdiff-backup that are refused, by name without dashes. */
export const REFUSED_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['l', "'redis-rewind list REPO' lists the snapshots"],
  ['list-increments', "'redis-rewind list REPO' lists the snapshots"],
  ['list-increment-sizes', "'redis-rewind list REPO' lists the snapshots with their sizes"],
  ['list-at-time', "'redis-rewind list --files -r TIME REPO' lists them"],
  ['list-changed-since', "'redis-rewind list --changed-since TIME REPO' lists them"],
  ['verify', "'redis-rewind verify REPO' checks every snapshot"],
  ['verify-at-time', "'redis-rewind verify -r TIME REPO' checks one snapshot"],
  ['check-destination-dir', NO_REGRESS],
  ['parsable-output', "'--json' prints one JSON object"],
  ['acls', 'ACLs and extended attributes are not kept'],
  ['eas', 'ACLs and extended attributes are not kept'],
  ['never-drop-acls', 'ACLs and extended attributes are not kept'],
  ['user-mapping-file', "'restore --chown USER:GROUP' gives the files to another owner"],
  ['group-mapping-file', "'restore --chown USER:GROUP' gives the files to another owner"],
  ['exclude-regexp', ONLY_GLOBS],
  ['include-regexp', ONLY_GLOBS],
  ['exclude-filelist', ONLY_GLOBS],
  ['include-filelist', ONLY_GLOBS],
  ['exclude-filelist-stdin', ONLY_GLOBS],
  ['include-filelist-stdin', ONLY_GLOBS],
  ['exclude-globbing-filelist', ONLY_GLOBS],
  ['include-globbing-filelist', ONLY_GLOBS],
  ['exclude-globbing-filelist-stdin', ONLY_GLOBS],
  ['include-globbing-filelist-stdin', ONLY_GLOBS],
  ['exclude-if-present', ONLY_GLOBS],
  ['include-if-present', ONLY_GLOBS],
  ['exclude-other-filesystems', ONLY_GLOBS],
  ['exclude-symbolic-links', ONLY_GLOBS],
  [
    'exclude-special-files',
    'leave it out: special files are always left out, and symbolic links are kept',
  ],
  ['max-file-size', ONLY_GLOBS],
  ['min-file-size', ONLY_GLOBS],
  ['remote-schema', LOCAL_ONLY],
  ['remote-tempdir', LOCAL_ONLY],
  ['server', LOCAL_ONLY],
  ['test-server', LOCAL_ONLY],
  ['restrict', LOCAL_ONLY],
  ['restrict-path', LOCAL_ONLY],
  ['restrict-mode', LOCAL_ONLY],
  ['restrict-read-only', LOCAL_ONLY],
  ['restrict-update-only', LOCAL_ONLY],
  ['compare', NO_COMPARISON],
  ['compare-at-time', NO_COMPARISON],
  ['compare-hash', NO_COMPARISON],
  ['compare-hash-at-time', NO_COMPARISON],
  ['compare-full', NO_COMPARISON],
  ['compare-full-at-time', NO_COMPARISON],
  ['method', NO_COMPARISON],
  ['calculate-average', NO_STATISTICS],
  ['size', "leave it out: 'redis-rewind list REPO' always shows the sizes"],
  ['current-time', 'leave it out: a snapshot has the time of its backup'],
  ['override-chars-to-quote', NO_QUOTING],
  ['chars-to-quote', NO_QUOTING],
]);

/** Hints for commands of rdiff-backup that this program does not have. They are never taken for a SOURCE. */
export const FOREIGN_COMMANDS: ReadonlyMap<string, string> = new Map([
  ['calculate', NO_STATISTICS],
  ['compare', NO_COMPARISON],
  ['complete', "'redis-rewind completion' prints the script for the tab key"],
  ['regress', NO_REGRESS],
  ['server', LOCAL_ONLY],
  ['test', LOCAL_ONLY],
]);

/** Hints for the second word of rdiff-backup's `list increments` and `list files`. */
export const FOREIGN_LISTS: ReadonlyMap<string, string> = new Map([
  ['increments', "leave the word out: 'redis-rewind list REPO' lists the snapshots"],
  ['files', "'redis-rewind list --files -r TIME REPO' lists the files of a snapshot"],
]);
