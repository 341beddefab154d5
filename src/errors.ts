// The taxonomy of failures and the exit codes they end in: one table, documented in docs/cli.md.
// Every failure a user can meet is a RewindError with a stable `code`; anything else that is thrown
// is a broken invariant and is shown with its stack. Branch on class or code, never on text.

/** Exit codes of the program, by meaning. Numbers are a public contract and are never reused. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  needsALook: 3,
  noRepository: 10,
  locked: 11,
  newerFormat: 12,
  notInSnapshot: 13,
  inTheWay: 14,
  corrupt: 20,
  server: 30,
  interrupted: 130,
  terminated: 143,
} as const;

export interface RewindErrorOptions {
  /** One sentence: what to do next. Left out rather than guessed. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** A failure with a stable code, an exit code, and a message in lower case without a full stop. */
export abstract class RewindError extends Error {
  /** Stable identifier, upper snake case, part of the `--json` contract. */
  abstract readonly code: string;
  abstract readonly exitCode: number;
  readonly hint: string | undefined;

  constructor(message: string, options: RewindErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = new.target.name;
    this.hint = options.hint;
  }
}

/** The command line, a TIME or another value given by the user makes no sense. */
export class UsageError extends RewindError {
  readonly code = 'USAGE';
  readonly exitCode = EXIT.usage;
}

/** SOURCE does not exist or is not a directory. */
export class SourceMissingError extends RewindError {
  readonly code = 'SOURCE_MISSING';
  readonly exitCode = EXIT.usage;
}

/** REPO and SOURCE lie one inside the other, by real path. */
export class NestedPathsError extends RewindError {
  readonly code = 'NESTED_PATHS';
  readonly exitCode = EXIT.usage;
}

/** SOURCE is not what this repository keeps: another path or host, or suddenly empty. */
export class SourceChangedError extends RewindError {
  readonly code = 'SOURCE_CHANGED';
  readonly exitCode = EXIT.usage;
}

/** There is no repository at the path given. */
export class NoRepositoryError extends RewindError {
  readonly code = 'NO_REPOSITORY';
  readonly exitCode = EXIT.noRepository;
}

/** Another process holds the writers' lock. */
export class LockedError extends RewindError {
  readonly code = 'LOCKED';
  readonly exitCode = EXIT.locked;
}

/** The catalog was written by a newer version of the program. */
export class NewerFormatError extends RewindError {
  readonly code = 'NEWER_FORMAT';
  readonly exitCode = EXIT.newerFormat;
}

/** No snapshot at the time asked for, or the path is not in it. */
export class NotInSnapshotError extends RewindError {
  readonly code = 'NOT_IN_SNAPSHOT';
  readonly exitCode = EXIT.notInSnapshot;
}

/** The destination exists, or REPO is a folder with something else in it. */
export class InTheWayError extends RewindError {
  readonly code = 'IN_THE_WAY';
  readonly exitCode = EXIT.inTheWay;
}

/** Stored bytes are not what the catalog says they are. */
export class CorruptError extends RewindError {
  readonly code = 'CORRUPT';
  readonly exitCode = EXIT.corrupt;
}

/** Not enough free space, found before anything was written. */
export class NoSpaceError extends RewindError {
  readonly code = 'NO_SPACE';
  readonly exitCode = EXIT.failed;
}

/** An operation of the operating system failed; `operation`, `path` and `errno` say which and why. */
export class SystemError extends RewindError {
  readonly code = 'SYSTEM';
  readonly exitCode = EXIT.failed;
  readonly operation: string;
  readonly path: string;
  /** The operating system's name of the error, such as `ENOSPC`; empty where there was none. */
  readonly errno: string;

  constructor(
    operation: string,
    path: string,
    errno: string,
    reason: string,
    options: RewindErrorOptions = {},
  ) {
    super(`cannot ${operation} '${path}': ${reason}`, options);
    this.operation = operation;
    this.path = path;
    this.errno = errno;
  }
}

/** What was wrong with a server; for branching, and no part of any output. */
export type ServerTrouble =
  /** Nothing answers, or it cannot be reached. */
  | 'unreachable'
  /** No TLS session could be agreed on. */
  | 'tls'
  /** What answers is no Redis server. */
  | 'foreign'
  /** The connection was lost. */
  | 'lost'
  /** It wants a password, or another one. */
  | 'credentials'
  /** It wants none, and one was given. */
  | 'needless-password'
  /** The user lacks the right to a command. */
  | 'permission'
  /** The command does not exist there: renamed, disabled, or not yet known. */
  | 'unknown-command'
  /** It is still reading its data, or runs a script: later it may answer. */
  | 'occupied'
  /** A save or rewrite runs already. */
  | 'saving'
  /** It is not, or not any more, what a Sentinel says that it is. */
  | 'stale'
  /** It answers and cannot do what it should. */
  | 'failed'
  /** It did not do so in time. */
  | 'timeout'
  /** Where its files are cannot be found out or proved. */
  | 'directory';

/** A Redis server is unreachable, refuses, or failed to save. The repository is as it was. */
export class ServerError extends RewindError {
  readonly code = 'SERVER';
  readonly exitCode = EXIT.server;
  readonly trouble: ServerTrouble;

  constructor(trouble: ServerTrouble, message: string, options: RewindErrorOptions = {}) {
    super(message, options);
    this.trouble = trouble;
  }
}

/** A part of the program cannot be loaded on this machine (a native module, the Node version). */
export class InstallationError extends RewindError {
  readonly code = 'INSTALLATION';
  readonly exitCode = EXIT.failed;
}

/** A signal ended the run; the repository is as it was, or as the finished commit left it. */
export class InterruptedError extends RewindError {
  readonly code = 'INTERRUPTED';
  readonly exitCode: number;
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated');
    this.signal = signal;
    this.exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
}
