// The context that use cases run in, for tests that call them without the command line: the real file
// system or one given, and a clock that moves only when it is told to.
import * as os from 'node:os';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { type FileSystem, RealFileSystem } from '../../../src/system/files/file-system.js';
import { uninterrupted } from '../../../src/system/time/checkpoint.js';

export interface TestContext extends RunContext {
  /** Moves the clock on; snapshots taken after it lie that much later. */
  advance(seconds: number): void;
  setTime(milliseconds: number): void;
}

/**
 * The clock starts ten seconds ahead of this machine's, so that files which a test has just written
 * count as settled; `advance` with a negative number takes that back.
 */
export function createTestContext(
  options: { readonly fileSystem?: FileSystem; readonly hostName?: string } = {},
): TestContext {
  let nowMs = Date.now() + 10_000;
  return {
    fileSystem: options.fileSystem ?? new RealFileSystem(),
    clock: { nowMs: () => nowMs, monotonicMs: () => performance.now() },
    hostName: options.hostName ?? 'test-host',
    program: 'redis-rewind test',
    processId: process.pid,
    uid: os.userInfo().uid,
    gid: os.userInfo().gid,
    checkpoint: uninterrupted,
    stopping: new AbortController().signal,
    onProgress: () => {},
    advance(seconds) {
      nowMs += seconds * 1000;
    },
    setTime(milliseconds) {
      nowMs = milliseconds;
    },
  };
}
