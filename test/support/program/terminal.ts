// A terminal of tmux, for programs that ask a person and take no other answer.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from './until.js';

const run = promisify(execFile);

export interface Terminal {
  /** Waits until the text is on the screen. */
  see(text: string): Promise<void>;
  /** Types a line. */
  type(line: string): Promise<void>;
}

/**
 * Runs a line of a shell in a new terminal, which ends with the test.
 * @param folder for the socket of tmux
 */
export async function openTerminal(
  t: { readonly teardown: (end: () => Promise<void>) => void },
  folder: string,
  line: string,
): Promise<Terminal> {
  const socket = path.join(folder, 'tmux');
  const tmux = async (...args: string[]): Promise<string> =>
    (await run('tmux', ['-S', socket, ...args])).stdout;
  await tmux('-f', '/dev/null', 'new-session', '-d', '-x', '200', '-y', '50', 'sh');
  t.teardown(async () => {
    await tmux('kill-server').catch(() => '');
  });
  await tmux('send-keys', '-l', line);
  await tmux('send-keys', 'Enter');
  return {
    see: async (text) => {
      await until(async () => (await tmux('capture-pane', '-p')).includes(text));
    },
    type: async (typed) => {
      await tmux('send-keys', '-l', typed);
      await tmux('send-keys', 'Enter');
    },
  };
}
