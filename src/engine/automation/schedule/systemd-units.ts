// A service and its timer for systemd. The service may write to the repository alone, as far as systemd can keep it from the
// rest (systemd.exec(5)). Pure.
import { UsageError } from '../../../errors.js';
import { type BytePath, formatPath, parentPath } from '../../../system/files/byte-path.js';
import type { ScheduledRun } from './scheduled-run.js';
import type { Timing } from './timing.js';

export interface Units {
  /** The name of the units without their ending. */
  readonly name: string;
  readonly service: string;
  readonly timer: string;
}

/** The first line of what we have written. Another file of the name is somebody else's. */
export const UNIT_MARK = '# Written by redis-rewind schedule';

/** @throws UsageError for a timing that systemd has no words for, and for a path that a unit cannot hold */
export function makeUnits({ onCalendar }: Timing, run: ScheduledRun): Units {
  if (onCalendar === null) {
    throw new UsageError('--cron does not go with --systemd', {
      hint: 'give --daily HH:MM or --every SPAN',
    });
  }
  const repository = formatPath(run.repository);
  const name = unitName(run.repository);
  return { name, service: serviceOf(run, repository), timer: timerOf(onCalendar, repository) };
}

/** The escaping of systemd.unit(5) for paths, so that every repository has a name of its own. */
export function unitName(repository: BytePath): string {
  const escaped = repository
    .replace(/^\/+/, '')
    .replace(/^\.|[^\w:./]/g, (byte) => {
      const hex = byte.charCodeAt(0).toString(16).padStart(2, '0');
      return String.raw`\x${hex}`;
    })
    .replaceAll('/', '-');
  return `redis-rewind-${escaped}`;
}

function serviceOf(
  { words, environmentFile, repository, source }: ScheduledRun,
  shown: string,
): string {
  // A repository that does not exist yet is made in its folder.
  const writable = [repository, parentPath(repository)].map(
    (path, index) => `${index === 0 ? '-' : ''}${escapePath(path)}`,
  );
  const paths = [repository, ...(source === null ? [] : [source])].map(escapePath);
  return [
    UNIT_MARK,
    '[Unit]',
    `Description=A backup of Redis into ${shown.replaceAll('%', '%%')}`,
    `RequiresMountsFor=${paths.join(' ')}`,
    '',
    '[Service]',
    'Type=oneshot',
    `ExecStart=${words.map(escapeWord).join(' ')}`,
    ...(environmentFile === null ? [] : [`EnvironmentFile=${escapePath(environmentFile)}`]),
    'Nice=10',
    'IOSchedulingClass=idle',
    'UMask=0077',
    // A server has its own folders to write to: a dump that was made for the backup is removed there.
    ...(source === null
      ? ['ProtectSystem=full']
      : ['ProtectSystem=strict', `ReadWritePaths=${writable.join(' ')}`]),
    'NoNewPrivileges=yes',
    'PrivateDevices=yes',
    'ProtectKernelTunables=yes',
    'ProtectKernelModules=yes',
    'ProtectKernelLogs=yes',
    'ProtectControlGroups=yes',
    'ProtectClock=yes',
    'LockPersonality=yes',
    'RestrictNamespaces=yes',
    'RestrictRealtime=yes',
    'RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6',
    'SystemCallArchitectures=native',
    '# Files of others are read, and given their owners. The process of a server is looked at.',
    'CapabilityBoundingSet=CAP_CHOWN CAP_DAC_OVERRIDE CAP_DAC_READ_SEARCH CAP_FOWNER CAP_FSETID CAP_SYS_PTRACE',
    '',
  ].join('\n');
}

function timerOf(onCalendar: string, shown: string): string {
  return [
    UNIT_MARK,
    '[Unit]',
    `Description=When Redis is backed up into ${shown.replaceAll('%', '%%')}`,
    '',
    '[Timer]',
    `OnCalendar=${onCalendar}`,
    '# What was missed while the machine was off is made up for.',
    'Persistent=yes',
    '',
    '[Install]',
    'WantedBy=timers.target',
    '',
  ].join('\n');
}

/** systemd.unit(5): `%` begins a specifier. */
function escapeSpecifiers(text: string): string {
  requireLine(text);
  return text.replaceAll('%', '%%');
}

/** systemd.service(5), "Command lines": quotes, and `$` for variables. */
function escapeWord(word: string): string {
  const escaped = escapeSpecifiers(word).replaceAll('$', '$$$$');
  if (/^[\w@%+=:,./$-]+$/.test(escaped)) return escaped;
  return `"${escaped.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
}

function escapePath(path: BytePath): string {
  const text = escapeSpecifiers(formatPath(path));
  return /^[\w@%+=:,./-]+$/.test(text)
    ? text
    : `"${text.replaceAll('\\', '\\\\').replaceAll('"', String.raw`\"`)}"`;
}

function requireLine(text: string): void {
  if (/[\n\r\0]/.test(text)) throw new UsageError('a unit of systemd cannot hold a line feed');
}
