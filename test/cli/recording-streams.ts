// Streams that remember what was written, and a clock that tests set.
import type { OutputStreams } from '../../src/cli/output/output.js';

export interface RecordingStreams extends OutputStreams {
  written: { stdout: string; stderr: string };
  /** Moves the clock on. */
  pass(milliseconds: number): void;
}

export function recordingStreams(
  options: {
    isTerminal?: boolean;
    columns?: number;
    environment?: Record<string, string>;
  } = {},
): RecordingStreams {
  const { isTerminal = false, columns, environment = { TERM: 'xterm' } } = options;
  const written = { stdout: '', stderr: '' };
  let nowMs = 1000;
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: isTerminal,
    columns,
    write: (text: string) => {
      written[name] += text;
    },
  });
  return {
    written,
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    environment,
    monotonicMs: () => nowMs,
    pass: (milliseconds) => {
      nowMs += milliseconds;
    },
  };
}
