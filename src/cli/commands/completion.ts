// `completion` prints the completion script for the user's shell.
import { EXIT } from '../../errors.js';
import type { Invocation } from '../command.js';

export async function runCompletion({ environment, output }: Invocation): Promise<number> {
  const { completionScript, completionShell } = await import('../completion/shell-completion.js');
  const shell = completionShell(environment);
  const script = await completionScript(shell);
  output.result({ shell, script }, (report) => report.script);
  return EXIT.done;
}
