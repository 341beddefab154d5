// `aof enable` and `aof disable` switch the append-only file of a running server. They end with exit 3 if the switch
// would not survive the next start.
import type { AofSwitchRequest } from '../../engine/recover/aof/aof-switch-request.js';
import { UsageError } from '../../errors.js';
import { hideArguments } from '../../system/secrets/hide-arguments.js';
import type { Invocation, ToPath } from '../command.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { PASSWORD_SHOWN, showsPassword, toServerRequest } from '../options/server-options.js';
import { formatAofSwitch } from '../output/aof-switch.js';
import { exitCodeOf } from '../output/notes.js';

export async function runAof(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, environment, output } = invocation;
  const request = toAofSwitchRequest(parsed, operands, toPath, environment);
  if (showsPassword(parsed)) hideArguments();
  const { switchAof } = await import('../../engine/recover/aof/switch-aof.js');
  const report = await switchAof(request, context);
  output.outcome(report, (done) => (output.isQuiet ? '' : formatAofSwitch(done)));
  output.notes([...(showsPassword(parsed) ? [PASSWORD_SHOWN] : []), ...report.notes]);
  return exitCodeOf(report.notes);
}

const ACTIONS = ['enable', 'disable'] as const;

/** @throws UsageError */
export function toAofSwitchRequest(
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
  environment: Invocation['environment'],
): AofSwitchRequest {
  const word = operands[0] ?? '';
  const action = ACTIONS.find((known) => known === word);
  if (action === undefined) {
    throw new UsageError(`aof takes enable or disable, but '${word}' was given`, {
      typed: word,
      hint: "see 'redis-rewind aof --help' (write a folder of that name as './aof')",
    });
  }
  const serverRequest = toServerRequest(parsed, toPath, environment);
  if (serverRequest === null) {
    throw new UsageError(`aof ${action} is about a server, but no server is named`, {
      hint: "name it with '--redis URL', with -h and -p, -s, or '--sentinel HOST:PORT'",
    });
  }
  return { action, serverRequest, force: parsed.counts.has('force') };
}
