#!/usr/bin/env node
// The program's entry: the Node version, signals, broken pipes and the exit code. It is the only place
// that wires the rooms together. It imports none of our files statically, so that a Node that is too old
// prints a clear line instead of a syntax error.

const OLDEST_NODE = { major: 20, minor: 19 };

// A run that stops before it has an exit code has failed.
process.exitCode = 1;
if (isNodeTooOld(process.versions.node)) {
  process.stderr.write(
    `redis-rewind: Node.js ${process.versions.node} is too old\n` +
      `hint: install Node.js ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer\n`,
  );
} else {
  void main();
}

async function main(): Promise<void> {
  // Node.js opens many of our files at once to load them. So this comes before.
  const { LEAST_OPEN_FILES, openFilesLimit } = await import('./system/limits/open-files-limit.js');
  const mayOpen = openFilesLimit();
  if (mayOpen < LEAST_OPEN_FILES) {
    refuse(
      `only ${mayOpen} files may be open at once here, and ${LEAST_OPEN_FILES} are needed`,
      "raise the limit with 'ulimit -n 1024', or LimitNOFILE= of a systemd unit, and run again",
    );
    return;
  }
  const [{ runCommandLine }, { openPipes }, { InterruptedError }, { systemClock }, { LostOutput }] =
    await Promise.all([
      import('./cli/run-command-line.js'),
      import('./cli/byte-pipes.js'),
      import('./errors.js'),
      import('./system/time/clock.js'),
      import('./cli/output/lost-output.js'),
    ]);
  const lostOutput = new LostOutput(process.stderr, process.argv.includes('--json'));
  let isPiping = false;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    // The command that writes the archive is told of the failure, and says it.
    if (isPiping) return;
    // Whoever reads the output has gone away, as `head` does. Nothing is lost that somebody wants.
    if (error.code === 'EPIPE') return;
    lostOutput.report(error.message);
    // The command may have ended before its last write fails.
    process.exitCode = lostOutput.exitCode(Number(process.exitCode ?? 0));
  });
  // Nobody reads the messages. This is no reason to stop a backup.
  process.stderr.on('error', () => {});

  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => stopping.abort(new InterruptedError(signal)));
  }

  const { stdin, stdout, stderr } = process;
  const isAtTerminal = stdin.isTTY && stderr.isTTY;
  const exitCode = await runCommandLine(process.argv.slice(2), {
    streams: {
      stdout: process.stdout,
      stderr: process.stderr,
      environment: process.env,
      monotonicMs: () => systemClock.monotonicMs(),
      onWorkDone: () => lostOutput.workIsDone(),
    },
    ...(isAtTerminal
      ? {
          ask: async (question) => {
            const { askAtTerminal } = await import('./cli/ask.js');
            return askAtTerminal({ stdin, stderr, question, stopping: stopping.signal });
          },
        }
      : {}),
    pipes: openPipes(stdin, stdout, () => {
      isPiping = true;
    }),
    createContext: async (onProgress) => {
      const [{ RealFileSystem }, { createCheckpoint }, { programVersion }, { hostname }] =
        await Promise.all([
          import('./system/files/file-system.js'),
          import('./system/time/checkpoint.js'),
          import('./system/installation/program-version.js'),
          import('node:os'),
        ]);
      return {
        fileSystem: new RealFileSystem(),
        clock: systemClock,
        hostName: hostname(),
        program: programVersion(),
        processId: process.pid,
        uid: process.geteuid?.() ?? 0,
        gid: process.getegid?.() ?? 0,
        checkpoint: createCheckpoint(stopping.signal),
        stopping: stopping.signal,
        onProgress,
      };
    },
  });
  process.exitCode = lostOutput.exitCode(exitCode);
}

/** As the program shows any error, before it can load the code that does. */
function refuse(message: string, hint: string): void {
  const report = { code: 'SYSTEM', exitCode: 1, message, hint };
  const isJson = process.argv.includes('--json');
  const text = isJson ? JSON.stringify(report) : `redis-rewind: ${message}\nhint: ${hint}`;
  process.stderr.write(`${text}\n`);
}

function isNodeTooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor);
}
