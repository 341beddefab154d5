// `list REPO` prints the snapshots. With --files it prints the files of one, with --changed-since what has
// changed. It ends with exit 20 if a record of what it lists is damaged.
import type { Note } from '../../engine/run/notes.js';
import { EXIT, UsageError } from '../../errors.js';
import type { Invocation } from '../command.js';
import type { ParsedArguments } from '../options/parse-arguments.js';
import { formatChangeList, formatFileList } from '../output/file-list.js';
import type { Output } from '../output/output.js';
import { formatSnapshotList } from '../output/snapshot-table.js';

export async function runList(invocation: Invocation): Promise<number> {
  const { parsed, operands, toPath, context, output } = invocation;
  const view = toListView(parsed);
  const repository = toPath(operands[0] ?? '');
  const { listChangedSince, listFiles, listSnapshots } =
    await import('../../engine/inspect/list.js');
  if (view.kind === 'files') {
    const report = listFiles({ repository, time: view.time }, context);
    output.result(report, (files) => formatFileList(files, output.isVerbose));
    return tellDamage(report, output);
  }
  if (view.kind === 'changes') {
    const report = listChangedSince({ repository, time: view.time }, context);
    output.result(report, formatChangeList);
    return tellDamage(report, output);
  }
  const report = listSnapshots({ repository }, context);
  output.result(report, (snapshots) => formatSnapshotList(snapshots, output.isVerbose));
  return tellDamage(report, output);
}

/** A list has notes only where a record is damaged. */
function tellDamage({ notes }: { readonly notes: readonly Note[] }, output: Output): number {
  output.notes(notes);
  return notes.length > 0 ? EXIT.corrupt : EXIT.done;
}

/** What to list. */
export type ListView =
  { readonly kind: 'snapshots' } | { readonly kind: 'files' | 'changes'; readonly time: string };

/** @throws UsageError for options that do not go together. */
export function toListView(parsed: ParsedArguments): ListView {
  const wantsFiles = parsed.counts.has('files');
  const since = parsed.values.get('changed-since')?.[0];
  const at = parsed.values.get('at')?.[0];
  if (wantsFiles && since !== undefined)
    throw new UsageError("'--files' and '--changed-since' do not go together");
  if (at !== undefined && !wantsFiles)
    throw new UsageError("with list, '-r TIME' needs '--files'", {
      hint: "'list --files -r TIME REPO' lists the files of a snapshot",
    });
  if (wantsFiles) return { kind: 'files', time: at ?? 'now' };
  return since === undefined ? { kind: 'snapshots' } : { kind: 'changes', time: since };
}
