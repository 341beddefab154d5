// Runs what stops or starts a server, and tells of its failure in one line.
import { ServerError } from '../../errors.js';
import {
  type CommandOptions,
  type CommandResult,
  runCommand,
  runShellCommand,
} from '../../system/programs/run-command.js';
import { shortened } from '../connection/shortened.js';
import type { ControlCommand } from './supervision.js';

/** As a person would type it. */
export function describeCommand(command: ControlCommand): string {
  return command.kind === 'shell' ? command.line : command.words.join(' ');
}

/**
 * @param what it was to do, as it follows "could not": `stop the server`
 * @throws ServerError where it ends with another code than 0; SystemError, InterruptedError
 */
export async function runControlCommand(
  command: ControlCommand,
  what: string,
  options: CommandOptions,
): Promise<void> {
  const result =
    command.kind === 'shell'
      ? await runShellCommand(command.line, options)
      : await runCommand(command.words, options);
  if (result.code === 0) return;
  throw new ServerError(
    'failed',
    `'${shortened(describeCommand(command))}' could not ${what}: ${why(result)}`,
    { address: null, hint: 'run it by hand to see what is wrong, and run this command again' },
  );
}

function why({ code, output }: CommandResult): string {
  const last = output.split('\n').at(-1)?.trim() ?? '';
  return last === '' ? `it ended with exit code ${code}` : `${shortened(last)} (exit code ${code})`;
}
