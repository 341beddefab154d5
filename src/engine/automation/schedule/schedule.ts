// Prints a schedule, puts it in place, takes it away, or lists ours. Nothing of somebody else's is changed.
import { InTheWayError, UsageError } from '../../../errors.js';
import {
  type BytePath,
  formatPath,
  joinPath,
  pathToBytes,
} from '../../../system/files/byte-path.js';
import { putFile } from '../../../system/files/put-file.js';
import { readFileUpTo } from '../../../system/files/read-chunks.js';
import { readCrontab, writeCrontab } from '../../../system/programs/crontab.js';
import { runProgram } from '../../../system/programs/run-program.js';
import { isErrno } from '../../../system/files/errno.js';
import type { Note } from '../../run/notes.js';
import { lookNote } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import { crontabEntry, entriesOf, withEntry, withoutEntry } from './crontab.js';
import type { Scheduled, ScheduleReport, ScheduleRequest } from './schedule-report.js';
import { UNIT_MARK, type Units, makeUnits, unitName } from './systemd-units.js';

/** Where a machine's own units are (systemd.unit(5)). */
const UNITS = '/etc/systemd/system';

/** @throws UsageError, SystemError, InTheWayError */
export function schedule(request: ScheduleRequest, context: RunContext): ScheduleReport {
  switch (request.kind) {
    case 'print':
      return report(request.kind, [made(request)], runNotes(request, context));
    case 'install':
      return request.keeper === 'crontab'
        ? installLine(request, context)
        : installUnits(request, context);
    case 'remove':
      return request.keeper === 'crontab' ? removeLine(request) : removeUnits(request, context);
    default:
      return list(context);
  }
}

type Wanted = Extract<ScheduleRequest, { readonly kind: 'print' | 'install' }>;
/** @throws UsageError where others may read the file with the credentials */
function runNotes({ run }: Wanted, { fileSystem, uid }: RunContext): Note[] {
  const { environmentFile, needsCredentials } = run;
  if (environmentFile !== null) {
    const stat = fileSystem.stat(environmentFile);
    const isPrivate =
      stat?.isFile() === true &&
      (Number(stat.uid) === uid || stat.uid === 0n) &&
      (stat.mode & 0o077n) === 0n;
    if (isPrivate) return [];
    throw new UsageError(`'${formatPath(environmentFile)}' is no file that only you can read`, {
      hint: 'make it with mode 0600, and a line such as ST_KEY=… for each variable',
    });
  }
  if (!needsCredentials) return [];
  return [
    lookNote(
      'no-credentials',
      null,
      'the run exports to a store, and nothing gives it the credentials',
      'put the variables of the store into a file of mode 0600, and name it with --env-file',
    ),
  ];
}

type Unwanted = Extract<ScheduleRequest, { readonly kind: 'remove' }>;

function report(
  action: ScheduleRequest['kind'],
  schedules: readonly Scheduled[],
  notes: readonly Note[] = [],
): ScheduleReport {
  return { action, schedules, notes };
}

function made({ keeper, timing, run }: Wanted): Scheduled {
  if (keeper === 'systemd') return describeUnits(makeUnits(timing, run), run.repository);
  const { repository, line } = crontabEntry(timing, run);
  return { keeper, repository, line, files: [] };
}

function describeUnits({ name, service, timer }: Units, repository: BytePath): Scheduled {
  const files = [
    { path: `${UNITS}/${name}.service`, content: service },
    { path: `${UNITS}/${name}.timer`, content: timer },
  ];
  return { keeper: 'systemd', repository: formatPath(repository), line: null, files };
}

function installLine(request: Wanted, context: RunContext): ScheduleReport {
  const notes = runNotes(request, context);
  const { repository, line } = crontabEntry(request.timing, request.run);
  const entry = { repository: toLatin1(repository), line: toLatin1(line) };
  const crontab = readCrontab();
  const next = withEntry(crontab, entry);
  if (next !== crontab) writeCrontab(next);
  return report('install', [made(request)], notes);
}

function removeLine({ repository }: Unwanted): ScheduleReport {
  const shown = formatPath(repository);
  const crontab = readCrontab();
  const next = withoutEntry(crontab, toLatin1(shown));
  if (next === null) return report('remove', [], [notScheduled(shown)]);
  writeCrontab(next);
  return report(
    'remove',
    linesOf(crontab).filter((each) => each.repository === shown),
  );
}

/** A crontab is bytes; it may hold lines in any encoding. */
function toLatin1(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function linesOf(crontab: string): Scheduled[] {
  const toText = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
  return entriesOf(crontab).map(({ repository, line }) => ({
    keeper: 'crontab',
    repository: toText(repository),
    line: toText(line),
    files: [],
  }));
}

function notScheduled(repository: string): Note {
  return lookNote('not-scheduled', null, `nothing is scheduled for '${repository}'`);
}

function installUnits(request: Wanted, context: RunContext): ScheduleReport {
  const scheduled = made(request);
  const notes = runNotes(request, context);
  const paths = scheduled.files.map(({ path }) => requireOurs(context, path as BytePath));
  const { fileSystem, processId } = context;
  for (const [index, { content: text }] of scheduled.files.entries()) {
    putFile(fileSystem, { path: paths[index] as BytePath, text, mode: 0o644, processId });
  }
  const timer = `${unitName(request.run.repository)}.timer`;
  return report(
    'install',
    [scheduled],
    [...notes, ...tellSystemd(context, ['enable', '--now', timer])],
  );
}

function removeUnits({ repository }: Unwanted, context: RunContext): ScheduleReport {
  const { fileSystem } = context;
  const name = unitName(repository);
  const paths = ['service', 'timer'].map((kind) =>
    joinPath(UNITS as BytePath, `${name}.${kind}` as BytePath),
  );
  const there = paths.filter((path) => fileSystem.stat(path) !== null);
  if (there.length === 0) return report('remove', [], [notScheduled(formatPath(repository))]);
  for (const path of there) requireOurs(context, path);
  const notes = tellSystemd(context, ['disable', '--now', `${name}.timer`]);
  const files = there.map((path) => ({ path: unitPath(path), content: readUnit(context, path) }));
  for (const path of there) fileSystem.unlink(path);
  tellSystemd(context, []);
  const removed = {
    keeper: 'systemd',
    repository: formatPath(repository),
    line: null,
    files,
  } as const;
  return report('remove', [removed], notes);
}

function list(context: RunContext): ScheduleReport {
  const { fileSystem } = context;
  const lines = linesOf(readCrontabIfAny());
  const folder = UNITS as BytePath;
  const names = fileSystem.stat(folder) === null ? [] : fileSystem.list(folder);
  const units = names
    .filter((name) => /^redis-rewind-.*\.service$/.test(name))
    .map((name) => joinPath(folder, name))
    .filter((path) => readUnit(context, path).startsWith(UNIT_MARK))
    .map((path): Scheduled => {
      const content = readUnit(context, path);
      const [, repository = '?'] = /^Description=A backup of Redis into (.*)$/m.exec(content) ?? [];
      return {
        keeper: 'systemd',
        repository: repository.replaceAll('%%', '%'),
        line: null,
        files: [{ path: unitPath(path), content }],
      };
    });
  return report('list', [...lines, ...units]);
}

/** A machine without cron has no crontab. */
function readCrontabIfAny(): string {
  try {
    return readCrontab();
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return '';
    throw error;
  }
}

/** The names of units have backslashes (systemd-escape). Here they mean no bytes. */
function unitPath(path: BytePath): string {
  return pathToBytes(path).toString('utf8');
}

const MOST_BYTES = 64 * 1024;

function readUnit({ fileSystem }: RunContext, path: BytePath): string {
  return readFileUpTo(fileSystem, path, MOST_BYTES)?.toString('utf8') ?? '';
}

/** @throws InTheWayError where somebody else's file has the name */
function requireOurs(context: RunContext, path: BytePath): BytePath {
  const { fileSystem } = context;
  const stat = fileSystem.stat(path);
  const isOurs = stat === null || (stat.isFile() && readUnit(context, path).startsWith(UNIT_MARK));
  if (isOurs) return path;
  throw new InTheWayError(`'${unitPath(path)}' was not written by schedule`, {
    path,
    hint: 'look at it, and move it away if it is no longer needed',
  });
}

/** @param then the arguments of systemctl once it has read the units again; empty for nothing more */
function tellSystemd({ fileSystem }: RunContext, then: readonly string[]): Note[] {
  const type = ['systemctl', ...then].join(' ');
  // sd_booted(3)
  if (fileSystem.stat('/run/systemd/system' as BytePath) === null) {
    const message = 'systemd does not run on this machine, so nothing was started or stopped';
    return then.length === 0
      ? []
      : [lookNote('not-scheduled', null, message, `where it runs, type '${type}'`)];
  }
  for (const args of [['daemon-reload'], ...(then.length === 0 ? [] : [then])]) {
    const { code, stderr } = runProgram('systemctl', args);
    if (code === 0) continue;
    const message = `'systemctl ${args.join(' ')}' has failed: ${stderr.trim()}`;
    return [lookNote('not-scheduled', null, message, `see to it, and type '${type}'`)];
  }
  return [];
}
