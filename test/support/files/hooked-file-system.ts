// The real file system with a hook on every call: a test sees each call and its path, may act just before
// the call, or make the call fail. A write that is made to fail has done half its work,
// as on a disk that fills up.
import { type BytePath, pathFromText } from '../../../src/system/files/byte-path.js';
import { toSystemError } from '../../../src/system/files/errno.js';
import {
  type FileDescriptor,
  type FileStat,
  type OpenMode,
  RealFileSystem,
} from '../../../src/system/files/file-system.js';
import type { ModificationTime } from '../../../src/system/files/metadata/modification-times.js';

export interface FileSystemCall {
  /** Name of the method. */
  readonly operation: keyof RealFileSystem;
  /** What it is called on, where a rename starts from; as text, with bytes as latin1. */
  readonly path: BytePath;
  /** Whether the call changes the disk, or makes a change durable. */
  readonly isMutation: boolean;
}

/** Called before each call; what it throws the call throws. */
export type Hook = (call: FileSystemCall) => void;

/** What kills a run at one of its calls: no error that the program could know. */
export class ProcessDied extends Error {}

export class HookedFileSystem extends RealFileSystem {
  readonly #hook: Hook;
  readonly #open = new Map<FileDescriptor, BytePath>();
  readonly #isSyncing: boolean;
  /** How many bytes one read of the system returns at most. */
  mostReadBytes = Infinity;
  /** What freeBytes answers instead of the truth. */
  free: number | null = null;

  /** @param options `sync: false` tells of an fsync and leaves it out, which saves most of the time */
  constructor(hook: Hook = () => {}, options: { readonly sync?: boolean } = {}) {
    super();
    this.#hook = hook;
    this.#isSyncing = options.sync ?? true;
  }

  override open(path: BytePath, mode: OpenMode): FileDescriptor {
    this.#tell('open', path, mode === 'create');
    const file = super.open(path, mode);
    this.#open.set(file, path);
    return file;
  }

  /** Even a process that dies closes its files. */
  override close(file: FileDescriptor): void {
    const path = this.#pathOf(file);
    this.#open.delete(file);
    super.close(file);
    this.#tell('close', path, false);
  }

  override read(file: FileDescriptor, into: Uint8Array, position: number): number {
    this.#tell('read', this.#pathOf(file), false);
    return super.read(file, into, position);
  }

  protected override readOnce(file: FileDescriptor, into: Uint8Array, position: number): number {
    return super.readOnce(file, into.subarray(0, this.mostReadBytes), position);
  }

  override write(file: FileDescriptor, bytes: Uint8Array, position: number): void {
    try {
      this.#tell('write', this.#pathOf(file), true);
    } catch (error) {
      super.write(file, bytes.subarray(0, bytes.length >> 1), position);
      throw error;
    }
    super.write(file, bytes, position);
  }

  override truncate(file: FileDescriptor, sizeBytes: number): void {
    this.#tell('truncate', this.#pathOf(file), true);
    super.truncate(file, sizeBytes);
  }

  override cloneInto(file: FileDescriptor, path: BytePath): boolean {
    this.#tell('cloneInto', path, true);
    return super.cloneInto(file, path);
  }

  override sync(file: FileDescriptor): void {
    this.#tell('sync', this.#pathOf(file), true);
    if (this.#isSyncing) super.sync(file);
  }

  override async syncInBackground(file: FileDescriptor): Promise<void> {
    this.#tell('syncInBackground', this.#pathOf(file), true);
    if (this.#isSyncing) await super.syncInBackground(file);
  }

  override statOpen(file: FileDescriptor): FileStat {
    this.#tell('statOpen', this.#pathOf(file), false);
    return super.statOpen(file);
  }

  override chmodOpen(file: FileDescriptor, mode: number): void {
    this.#tell('chmodOpen', this.#pathOf(file), true);
    super.chmodOpen(file, mode);
  }

  override chownOpen(file: FileDescriptor, uid: number, gid: number): void {
    this.#tell('chownOpen', this.#pathOf(file), true);
    super.chownOpen(file, uid, gid);
  }

  override stat(path: BytePath): FileStat | null {
    this.#tell('stat', path, false);
    return super.stat(path);
  }

  override list(path: BytePath): BytePath[] {
    this.#tell('list', path, false);
    return super.list(path);
  }

  override readLink(path: BytePath): BytePath {
    this.#tell('readLink', path, false);
    return super.readLink(path);
  }

  override realPath(path: BytePath): BytePath | null {
    this.#tell('realPath', path, false);
    return super.realPath(path);
  }

  override makeDirectory(path: BytePath, mode: number): void {
    this.#tell('makeDirectory', path, true);
    super.makeDirectory(path, mode);
  }

  override makeLink(target: BytePath, path: BytePath): void {
    this.#tell('makeLink', path, true);
    super.makeLink(target, path);
  }

  override makeHardLink(from: BytePath, to: BytePath): void {
    this.#tell('makeHardLink', from, true);
    super.makeHardLink(from, to);
  }

  override rename(from: BytePath, to: BytePath): void {
    this.#tell('rename', from, true);
    super.rename(from, to);
  }

  override unlink(path: BytePath): void {
    this.#tell('unlink', path, true);
    super.unlink(path);
  }

  override removeDirectory(path: BytePath): void {
    this.#tell('removeDirectory', path, true);
    super.removeDirectory(path);
  }

  /** One call for each path; as in the real one, a failure leaves that path's time as it is. */
  override setModificationTimes(entries: readonly ModificationTime[]): BytePath[] {
    const failed: BytePath[] = [];
    const rest = entries.filter(({ path }) => {
      try {
        this.#tell('setModificationTimes', path, true);
        return true;
      } catch (error) {
        if (error instanceof ProcessDied) throw error;
        failed.push(path);
        return false;
      }
    });
    return [...failed, ...super.setModificationTimes(rest)];
  }

  override freeBytes(path: BytePath): number {
    this.#tell('freeBytes', path, false);
    return this.free ?? super.freeBytes(path);
  }

  #tell(operation: keyof RealFileSystem, path: BytePath, isMutation: boolean): void {
    this.#hook({ operation, path, isMutation });
  }

  #pathOf(file: FileDescriptor): BytePath {
    return this.#open.get(file) ?? pathFromText('');
  }
}

/** The error of a system call that fails with `errno`. */
export function systemFailure(call: FileSystemCall, errno: string): Error {
  const error = Object.assign(new Error(errno), { code: errno });
  return toSystemError(call.operation, call.path, error) as Error;
}

/** Makes every call fail with `errno` that `isMeant` picks. */
export function failing(errno: string, isMeant: (call: FileSystemCall) => boolean): Hook {
  return (call) => {
    if (isMeant(call)) throw systemFailure(call, errno);
  };
}

export interface NthMutation {
  readonly hook: Hook;
  /** Whether the mutation meant was reached. */
  hasStruck(): boolean;
}

/** Makes the n-th mutation fail, counted from 1, and that one alone. */
export function failAtMutation(n: number, errno: string): NthMutation {
  return atMutation(n, (call) => systemFailure(call, errno), false);
}

/** Makes the n-th call of any kind fail, counted from 1, and that one alone. */
export function failAtCall(n: number, errno: string): NthMutation & { call(): FileSystemCall } {
  let count = 0;
  let struckCall: FileSystemCall | null = null;
  return {
    hasStruck: () => struckCall !== null,
    call() {
      if (struckCall === null) throw new Error(`call ${n} was not reached`);
      return struckCall;
    },
    hook(call) {
      count += 1;
      if (count !== n) return;
      struckCall = call;
      throw systemFailure(call, errno);
    },
  };
}

/** Ends the process at the n-th mutation, counted from 1: this call and all that follow throw. */
export function dieAtMutation(n: number): NthMutation {
  return atMutation(n, () => new ProcessDied('the process died'), true);
}

function atMutation(
  n: number,
  makeError: (call: FileSystemCall) => Error,
  isForGood: boolean,
): NthMutation {
  let count = 0;
  let struck = false;
  return {
    hasStruck: () => struck,
    hook(call) {
      if (struck) {
        if (isForGood) throw makeError(call);
        return;
      }
      if (!call.isMutation) return;
      count += 1;
      if (count < n) return;
      struck = true;
      throw makeError(call);
    },
  };
}
