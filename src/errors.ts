// Every kind of failure and its exit code, in one table that docs/cli.md documents. A failure that a user
// can meet is a RewindError with a stable `code`, and carries what it is about. Any other error is a broken
// invariant, and is shown with its stack. Branch on class or code, never on text.

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
  remoteStore: 31,
  interrupted: 130,
  terminated: 143,
} as const;

/**
 * A path, one character for each of its bytes. system/files/byte-path.ts makes, joins and shows paths.
 * The type stands here because errors carry paths, and this file imports nothing.
 */
export type BytePath = string & { readonly __bytePath: unique symbol };

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

/** A value that the user gave makes no sense: an argument, an option, a TIME. */
export class UsageError extends RewindError {
  readonly code = 'USAGE';
  readonly exitCode = EXIT.usage;
  /** The value as it was typed; null where no single value is to blame. */
  readonly typed: string | null;

  constructor(message: string, options: RewindErrorOptions & { readonly typed?: string } = {}) {
    super(message, options);
    this.typed = options.typed ?? null;
  }
}

/** The environment lacks what logs in to a store. Under cron a variable is lost more easily than a line is wrong. */
export class MissingCredentialsError extends UsageError {}

/** SOURCE does not exist or is not a directory. */
export class SourceMissingError extends RewindError {
  readonly code = 'SOURCE_MISSING';
  readonly exitCode = EXIT.usage;
  readonly source: BytePath;

  constructor(message: string, options: RewindErrorOptions & { readonly source: BytePath }) {
    super(message, options);
    this.source = options.source;
  }
}

/** REPO and another path lie one inside the other, by real path. */
export class NestedPathsError extends RewindError {
  readonly code = 'NESTED_PATHS';
  readonly exitCode = EXIT.usage;
  readonly repository: BytePath;
  /** SOURCE, or a path of `--also`. */
  readonly path: BytePath;

  constructor(
    message: string,
    options: RewindErrorOptions & { readonly repository: BytePath; readonly path: BytePath },
  ) {
    super(message, options);
    this.repository = options.repository;
    this.path = options.path;
  }
}

/** SOURCE is not what this repository keeps: another path or host, or suddenly empty. */
export class SourceChangedError extends RewindError {
  readonly code = 'SOURCE_CHANGED';
  readonly exitCode = EXIT.usage;
  readonly source: BytePath;

  constructor(message: string, options: RewindErrorOptions & { readonly source: BytePath }) {
    super(message, options);
    this.source = options.source;
  }
}

/** There is no repository at the path given. */
export class NoRepositoryError extends RewindError {
  readonly code = 'NO_REPOSITORY';
  readonly exitCode = EXIT.noRepository;
  readonly path: BytePath;

  constructor(message: string, options: RewindErrorOptions & { readonly path: BytePath }) {
    super(message, options);
    this.path = options.path;
  }
}

/** Another process holds the writers' lock. */
export class LockedError extends RewindError {
  readonly code = 'LOCKED';
  readonly exitCode = EXIT.locked;
  /** The repository, or the database in it that is in use. */
  readonly path: BytePath;

  constructor(message: string, options: RewindErrorOptions & { readonly path: BytePath }) {
    super(message, options);
    this.path = options.path;
  }
}

/** The catalog, or an archive, was written by a newer version of the program. */
export class NewerFormatError extends RewindError {
  readonly code = 'NEWER_FORMAT';
  readonly exitCode = EXIT.newerFormat;
  /** The catalog, a copy of it, or the manifest in an archive. */
  readonly path: BytePath;
  readonly formatVersion: number;

  constructor(
    message: string,
    options: RewindErrorOptions & { readonly path: BytePath; readonly formatVersion: number },
  ) {
    super(message, options);
    this.path = options.path;
    this.formatVersion = options.formatVersion;
  }
}

/** No snapshot at the time asked for, or the path is not in it. */
export class NotInSnapshotError extends RewindError {
  readonly code = 'NOT_IN_SNAPSHOT';
  readonly exitCode = EXIT.notInSnapshot;
  /** TIME as it was typed; null where the repository holds no snapshot, or lacks the path. */
  readonly time: string | null;
  /** The path that is not in the snapshot; null where the snapshot itself is missing. */
  readonly path: BytePath | null;

  constructor(
    message: string,
    options: RewindErrorOptions & { readonly time?: string; readonly path?: BytePath } = {},
  ) {
    super(message, options);
    this.time = options.time ?? null;
    this.path = options.path ?? null;
  }
}

/** The destination exists, or REPO is a folder with something else in it. */
export class InTheWayError extends RewindError {
  readonly code = 'IN_THE_WAY';
  readonly exitCode = EXIT.inTheWay;
  /** What is in the way. */
  readonly path: BytePath;

  constructor(message: string, options: RewindErrorOptions & { readonly path: BytePath }) {
    super(message, options);
    this.path = options.path;
  }
}

/** What is damaged, as far as it is known where the damage is found. */
export interface Damaged {
  /** A file, or a path of a snapshot. */
  readonly path?: BytePath;
  readonly snapshotId?: number;
  readonly incrementId?: number;
}

/** Stored bytes are not what the catalog says they are. */
export class CorruptError extends RewindError {
  readonly code = 'CORRUPT';
  readonly exitCode = EXIT.corrupt;
  readonly path: BytePath | null;
  readonly snapshotId: number | null;
  readonly incrementId: number | null;

  constructor(message: string, options: RewindErrorOptions & Damaged = {}) {
    super(message, options);
    this.path = options.path ?? null;
    this.snapshotId = options.snapshotId ?? null;
    this.incrementId = options.incrementId ?? null;
  }
}

/** Too little free space for what is about to be written. */
export interface SpaceShortage {
  /** A path on the file system that is short of space. */
  readonly path: BytePath;
  readonly neededBytes: number;
  readonly freeBytes: number;
}

/** Not enough free space, found before anything was written. */
export class NoSpaceError extends RewindError {
  readonly code = 'NO_SPACE';
  readonly exitCode = EXIT.failed;
  readonly path: BytePath;
  readonly neededBytes: number;
  readonly freeBytes: number;

  constructor(message: string, options: RewindErrorOptions & SpaceShortage) {
    super(message, options);
    this.path = options.path;
    this.neededBytes = options.neededBytes;
    this.freeBytes = options.freeBytes;
  }
}

/** A call of the operating system that failed. */
export interface FailedCall {
  /** What was attempted, as it follows "cannot": `open`, `create directory`. */
  readonly operation: string;
  /** What it was attempted on, as people see it. */
  readonly object: string;
  /** The object's path; null where the object is a program that was started by its name. */
  readonly path: BytePath | null;
  /** The operating system's name of the error, such as `ENOSPC`; empty where there was none. */
  readonly errno: string;
  readonly reason: string;
}

/** An operation of the operating system failed. */
export class SystemError extends RewindError {
  readonly code = 'SYSTEM';
  readonly exitCode = EXIT.failed;
  readonly operation: string;
  readonly path: BytePath | null;
  readonly errno: string;

  constructor(call: FailedCall, options: RewindErrorOptions = {}) {
    super(`cannot ${call.operation} '${call.object}': ${call.reason}`, options);
    this.operation = call.operation;
    this.path = call.path;
    this.errno = call.errno;
  }
}

/** Standard output cannot be written, such as on a full disk. */
export class LostOutputError extends RewindError {
  readonly code = 'LOST_OUTPUT';
  readonly exitCode: number;

  /** @param isWorkDone whether only the report of finished work is lost */
  constructor(reason: string, isWorkDone: boolean) {
    const hint = isWorkDone ? 'the work is done; only its report is lost' : undefined;
    super(`cannot write to standard output: ${reason}`, hint === undefined ? {} : { hint });
    this.exitCode = isWorkDone ? EXIT.needsALook : EXIT.failed;
  }
}

/** What is wrong with a server. The program branches on it; no output shows it. */
export type ServerTrouble =
  /** Nothing answers at the address, or the address cannot be reached. */
  | 'unreachable'
  /** No TLS session could be agreed on. */
  | 'tls'
  /** Something answers that is not a Redis server. */
  | 'foreign'
  /** The connection was lost. */
  | 'lost'
  /** The server wants a password, or another password. */
  | 'credentials'
  /** A password was given, and the server has none. */
  | 'needless-password'
  /** The user lacks the right to a command. */
  | 'permission'
  /** The server has no such command: renamed, disabled, or too new for this version. */
  | 'unknown-command'
  /** The server is loading its data, or runs a script. It may answer later. */
  | 'occupied'
  /** A save or a rewrite is already running. */
  | 'saving'
  /** The server is not, or is no longer, what a Sentinel says. */
  | 'stale'
  /** The server answers, and cannot do what it is asked. */
  | 'failed'
  /** The server did not finish in time. */
  | 'timeout'
  /** The directory of the server's files cannot be found or proved. */
  | 'directory';

/** A Redis server is unreachable, refuses, or failed to save. The repository is as it was. */
export class ServerError extends RewindError {
  readonly code = 'SERVER';
  readonly exitCode = EXIT.server;
  readonly trouble: ServerTrouble;
  /** The server's or the Sentinel's, as messages show it; null where the error is about no single one. */
  readonly address: string | null;

  constructor(
    trouble: ServerTrouble,
    message: string,
    options: RewindErrorOptions & { readonly address: string | null },
  ) {
    super(message, options);
    this.trouble = trouble;
    this.address = options.address;
  }
}

/** What is wrong with a remote store. The program branches on it; no output shows it. */
export type RemoteTrouble =
  /** Nothing answers at the address, or the address cannot be reached. */
  | 'unreachable'
  /** No TLS session could be agreed on, or the certificate is not trusted. */
  | 'tls'
  /** The store does not accept who we say we are. */
  | 'credentials'
  /** The store knows us, and forbids it. */
  | 'permission'
  /** There is no such archive, container or bucket. */
  | 'missing'
  /** The store has no room left, or a quota is used up. */
  | 'full'
  /** The store was too busy or broken for as long as it was asked. */
  | 'busy'
  /** The connection was cut, again and again. */
  | 'lost'
  /** Nothing moved for too long. */
  | 'timeout'
  /** What answers does not speak the protocol, or says more than it may. */
  | 'foreign'
  /** What the store says of the stored bytes is not what was sent. */
  | 'mismatch'
  /** An archive became another one while it was read. */
  | 'changed'
  /** The store says no in another way. */
  | 'refused';

/** A remote store cannot be reached, or refuses. Nothing half is listed there. */
export class RemoteStoreError extends RewindError {
  readonly code = 'REMOTE_STORE';
  readonly exitCode = EXIT.remoteStore;
  readonly trouble: RemoteTrouble;
  /** The store as messages show it, such as `swift://database_backups`; never a credential. */
  readonly store: string;

  constructor(
    trouble: RemoteTrouble,
    message: string,
    options: RewindErrorOptions & { readonly store: string },
  ) {
    super(message, options);
    this.trouble = trouble;
    this.store = options.store;
  }
}

/** A part of the program cannot be loaded on this machine. */
export class InstallationError extends RewindError {
  readonly code = 'INSTALLATION';
  readonly exitCode = EXIT.failed;
  /** The part, such as the name of a native module. */
  readonly part: string;

  constructor(message: string, options: RewindErrorOptions & { readonly part: string }) {
    super(message, options);
    this.part = options.part;
  }
}

/**
 * A signal ended the run; the repository is as it was, or as the finished commit left it. The hint says where things stand,
 * where that depends on how far the run had come.
 */
export class InterruptedError extends RewindError {
  readonly code = 'INTERRUPTED';
  readonly exitCode: number;
  readonly signal: 'SIGINT' | 'SIGTERM';

  constructor(signal: 'SIGINT' | 'SIGTERM', options: RewindErrorOptions = {}) {
    super(signal === 'SIGINT' ? 'interrupted' : 'terminated', options);
    this.signal = signal;
    this.exitCode = signal === 'SIGINT' ? EXIT.interrupted : EXIT.terminated;
  }
}
