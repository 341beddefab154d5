// Asks the person at the terminal. The question goes to stderr, since stdout may be read by a program.
import { createInterface } from 'node:readline/promises';

export interface TerminalQuestion {
  readonly stdin: NodeJS.ReadableStream;
  readonly stderr: NodeJS.WritableStream;
  readonly question: string;
  readonly stopping: AbortSignal;
}

/** Resolves to '' at the end of the input. @throws the reason of `stopping` */
export async function askAtTerminal({
  stdin,
  stderr,
  question,
  stopping,
}: TerminalQuestion): Promise<string> {
  // Without `terminal` the keys keep their meaning: Ctrl-C is a signal.
  const reader = createInterface({ input: stdin, output: stderr, terminal: false });
  const ended = new Promise<string>((resolve) => reader.once('close', () => resolve('')));
  try {
    return await Promise.race([reader.question(question, { signal: stopping }), ended]);
  } catch (error) {
    stopping.throwIfAborted();
    throw error;
  } finally {
    reader.close();
  }
}
