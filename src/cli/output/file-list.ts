// Formats what `list --files` and `list --changed-since` print.
import type {
  ChangeListReport,
  FileListReport,
  ListedFile,
} from '../../engine/inspect/list-report.js';
import { formatSize } from '../../system/text/format-size.js';
import { nameSnapshot } from './snapshot-table.js';
import { type Column, formatTable } from './text-table.js';
import { formatLocalMinute } from './times.js';

const COLUMNS: readonly Column[] = [
  { title: 'mode', align: 'left' },
  { title: 'owner', align: 'left' },
  { title: 'size', align: 'right' },
  { title: 'modified', align: 'left' },
  { title: 'path', align: 'left' },
];

/** A line for each file, like `ls -l`. With `isNumeric` owners are shown as numbers. */
export function formatFileList(report: FileListReport, isNumeric: boolean): string {
  return formatTable(
    COLUMNS,
    report.files.map((file) => [
      formatMode(file),
      isNumeric ? `${file.uid}:${file.gid}` : `${file.owner ?? file.uid}:${file.group ?? file.gid}`,
      file.size === null ? '-' : formatSize(file.size),
      formatLocalMinute(file.mtime),
      formatName(file),
    ]),
  );
}

/** A line for each path that has changed, with the kind of change. */
export function formatChangeList(report: ChangeListReport): string {
  const since = nameSnapshot(report.since);
  if (report.changes.length === 0) return `nothing changed since ${since}\n`;
  const lines = report.changes.map(({ change, path }) => `${change.padEnd(8)}  ${path}\n`);
  return `changes since ${since}\nup to ${nameSnapshot(report.until)}:\n${lines.join('')}`;
}

const TYPE_LETTERS = { file: '-', directory: 'd', symlink: 'l' } as const;

/** `-rw-rw----` for a file of mode `0660`, with s, S, t and T like ls. */
export function formatMode({ type, mode }: Pick<ListedFile, 'type' | 'mode'>): string {
  const bits = Number.parseInt(mode, 8);
  const letters = Array.from('rwxrwxrwx', (letter, index) =>
    (bits & (0o400 >> index)) === 0 ? '-' : letter,
  );
  const special = [
    { bit: 0o4000, place: 2, letter: 's' },
    { bit: 0o2000, place: 5, letter: 's' },
    { bit: 0o1000, place: 8, letter: 't' },
  ];
  for (const { bit, place, letter } of special) {
    if ((bits & bit) === 0) continue;
    letters[place] = letters[place] === '-' ? letter.toUpperCase() : letter;
  }
  return TYPE_LETTERS[type] + letters.join('');
}

/** Of a file that was found to be damaged, or could not be checked. */
function markOf(examined: ListedFile['examined']): string {
  if (examined?.loads === false) return 'would not load';
  if (examined?.verdict === 'damaged') return 'damaged before its backup';
  return examined?.verdict === 'unchecked' ? 'cannot be checked' : '';
}

function formatName(file: ListedFile): string {
  const target = file.linkTarget === null ? '' : ` -> ${file.linkTarget}`;
  const marks = [
    file.stale ? 'stale' : '',
    file.damaged ? 'damaged' : '',
    markOf(file.examined),
  ].filter(Boolean);
  return file.path + target + (marks.length === 0 ? '' : `  (${marks.join(', ')})`);
}
