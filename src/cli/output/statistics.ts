// Formats the statistics of a backup and of a restore, for a terminal or -v.
import type { NightExports, NightReport } from '../../engine/automation/run-night.js';
import type { ExportReport } from '../../engine/export/export-report.js';
import type { ArchiveRestoreReport, RestoreReport } from '../../engine/restore/restore-report.js';
import { formatSize } from '../../system/text/format-size.js';
import { formatCount, formatDuration } from './quantities.js';
import { nameSnapshot } from './snapshot-table.js';
import { formatFields } from './text-table.js';

export function formatBackupStatistics(report: NightReport): string {
  const { snapshot, removal, exports } = report;
  const created = report.created ? `made the repository '${report.repository}'\n` : '';
  const fields = formatFields([
    ['files', `${snapshot.files}, ${formatSize(snapshot.sourceBytes)}`],
    ['new', String(report.newFiles)],
    ['changed', String(report.changedFiles)],
    ['deleted', String(report.deletedFiles)],
    ['increments', formatSize(report.incrementBytes)],
    ['added', `${formatSize(snapshot.addedBytes)} beside the mirror`],
    ...(removal === null
      ? []
      : [
          [
            'removed',
            `${formatCount(removal.removed, 'snapshot')}, ${removal.kept} left; ${formatSize(Math.max(0, removal.freedBytes))} came back`,
          ] as const,
        ]),
    ...(exports === null ? [] : [['exported', formatExports(exports)] as const]),
    ['elapsed', formatDuration(report.elapsedMs)],
  ]);
  return `${created}${nameSnapshot(snapshot)}\n${fields}`;
}

function formatExports({ target, archives, missing }: NightExports): string {
  const bytes = archives.reduce((sum, { archiveBytes }) => sum + archiveBytes, 0);
  const left = missing === 0 ? '' : `; ${formatCount(missing, 'snapshot')} missing there`;
  return `${formatCount(archives.length, 'archive')} to '${target}', ${formatSize(bytes)}${left}`;
}

export function formatExportStatistics(report: ExportReport): string {
  const { snapshot, target, name, encrypted } = report;
  const place = name === null ? 'a pipe' : `'${target}${target.endsWith('/') ? '' : '/'}${name}'`;
  const how =
    encrypted === 'no'
      ? 'not encrypted'
      : encrypted === 'passphrase'
        ? 'encrypted with a passphrase'
        : 'encrypted';
  const sizes = `${formatSize(report.bytes)}, as an archive ${formatSize(report.archiveBytes)}`;
  return `exported ${nameSnapshot(snapshot)} to ${place}, ${how}\n${sizes}, ${formatDuration(report.elapsedMs)}\n`;
}

export function formatRestoreStatistics(report: RestoreReport | ArchiveRestoreReport): string {
  const what = report.path === '.' ? 'everything' : `'${report.path}'`;
  const amount = `${formatCount(report.files, 'file')}, ${formatSize(report.bytes)}`;
  const from = nameSnapshot(report.snapshot);
  return `restored ${what} from ${from} to '${report.destination}'\n${amount}, ${formatDuration(report.elapsedMs)}\n`;
}
