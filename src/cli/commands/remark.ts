// `pin`, `unpin`, `tag`, `untag` and `confirm` say something of one snapshot.
import type { Remark, RemarkRequest } from '../../engine/retention/remark-request.js';
import { EXIT, UsageError } from '../../errors.js';
import type { Invocation, ToPath } from '../command.js';
import { parseTagName } from '../options/keep-options.js';
import type { CommandName } from '../options/option-spec.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { parseSeconds } from '../options/parse-seconds.js';
import { parseSnapshotId } from '../options/snapshot-ids.js';
import { formatRemark } from '../output/remark.js';

export async function runRemark(invocation: Invocation): Promise<number> {
  const { command, parsed, operands, toPath, context, output } = invocation;
  const request = toRemarkRequest(command, parsed, operands, toPath);
  const { remark } = await import('../../engine/retention/remark.js');
  const report = await remark(request, context);
  output.outcome(report, (done) => (output.isQuiet ? '' : formatRemark(done)));
  return EXIT.done;
}

/** @throws UsageError */
export function toRemarkRequest(
  command: CommandName,
  parsed: ParsedArguments,
  operands: readonly string[],
  toPath: ToPath,
): RemarkRequest {
  const [repository = '', id = '', name = ''] = operands;
  return {
    repository: toPath(repository),
    id: parseSnapshotId(id),
    remark: toRemark(command, parsed, name),
    waitLockMs: parseSeconds('wait-lock', parsed.values.get('wait-lock')?.[0] ?? '0'),
  };
}

/** More is not a note. */
const MOST_NOTE_CHARACTERS = 1000;

function toRemark(command: CommandName, parsed: ParsedArguments, name: string): Remark {
  switch (command) {
    case 'pin': {
      const note = parsed.values.get('note')?.[0] ?? null;
      if (note !== null && note.length > MOST_NOTE_CHARACTERS) {
        throw new UsageError(`a note has at most ${MOST_NOTE_CHARACTERS} characters`);
      }
      return { kind: 'pin', note };
    }
    case 'tag':
    case 'untag':
      return { kind: command, name: parseTagName(name) };
    case 'confirm':
    case 'unpin':
      return { kind: command };
    default:
      throw new Error(`'${command}' says nothing of a snapshot`);
  }
}
