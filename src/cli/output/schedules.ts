// What `schedule` prints: a line for a crontab as it is pasted, or the files of systemd under their names.
import type {
  ScheduleReport,
  Scheduled,
} from '../../engine/automation/schedule/schedule-report.js';

/** Nothing after an installation or a removal: as for every command that has done what it was told. */
export function formatSchedules({ action, schedules }: ScheduleReport): string {
  if (action === 'print') return schedules.map(formatWhole).join('');
  return action === 'list' ? schedules.map(formatShort).join('') : '';
}

function formatWhole({ line, files }: Scheduled): string {
  if (line !== null) return `${line}\n`;
  return files.map(({ path, content }) => `# ${path}\n${content}`).join('\n');
}

function formatShort({ line, files, repository }: Scheduled): string {
  return line === null ? `${repository}: ${files[0]?.path ?? ''}\n` : `${line}\n`;
}
