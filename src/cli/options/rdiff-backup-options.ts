// What a command line written for rdiff-backup may hold and how it is read here. An option is
// accepted where leaving it without effect keeps its promise, because this program always does so or
// has no such thing; one that asks for something that is not done is refused with its reason.

/** An option of rdiff-backup's that is accepted and has no effect. */
export interface AcceptedOption {
  readonly takesValue: boolean;
}

const flag: AcceptedOption = { takesValue: false };
const valued: AcceptedOption = { takesValue: true };

/** By long name; docs/cli.md lists them with the reason, and a test compares the two. */
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

/** Long options that take the verbosity 0 to 9, as `-v` with a number does. */
export const VERBOSITY_OPTIONS: readonly string[] = ['verbosity', 'terminal-verbosity'];

const ONLY_GLOBS = "say it with '--exclude GLOB' and '--include GLOB'";
const LOCAL_ONLY = 'both paths are on this machine; mount the other one, or run the program there';

/** Hints for options of rdiff-backup's that are refused, by name without dashes. */
export const REFUSED_OPTIONS: ReadonlyMap<string, string> = new Map([
  ['l', "'redis-rewind list REPO' lists the snapshots"],
  ['list-increments', "'redis-rewind list REPO' lists the snapshots"],
  ['list-increment-sizes', "'redis-rewind list REPO' lists the snapshots with their sizes"],
  ['list-at-time', "'redis-rewind list --files -r TIME REPO' lists them"],
  ['list-changed-since', "'redis-rewind list --changed-since TIME REPO' lists them"],
  ['verify', "'redis-rewind verify REPO' checks every snapshot"],
  ['verify-at-time', "'redis-rewind verify -r TIME REPO' checks one snapshot"],
  ['check-destination-dir', 'leave it out: the next backup puts right what a failed one left'],
  ['parsable-output', "'--json' prints one JSON object"],
  ['acls', 'ACLs and extended attributes are not kept'],
  ['eas', 'ACLs and extended attributes are not kept'],
  ['never-drop-acls', 'ACLs and extended attributes are not kept'],
  ['user-mapping-file', "'--chown USER:GROUP' at restore gives the files to another owner"],
  ['group-mapping-file', "'--chown USER:GROUP' at restore gives the files to another owner"],
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
  ['exclude-special-files', "'--exclude-sockets' says what is always so; symbolic links are kept"],
  ['max-file-size', ONLY_GLOBS],
  ['min-file-size', ONLY_GLOBS],
  ['remote-schema', LOCAL_ONLY],
  ['remote-tempdir', LOCAL_ONLY],
]);

/** Words that rdiff-backup has as commands and this program has not; never taken for a SOURCE. */
export const FOREIGN_COMMANDS: readonly string[] = [
  'calculate',
  'compare',
  'complete',
  'regress',
  'remove',
  'server',
  'test',
];
