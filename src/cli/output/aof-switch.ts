// Formats what `aof enable` and `aof disable` print: what is true now, in a few lines.
import type { AofSwitchReport } from '../../engine/recover/aof/aof-switch-report.js';
import { formatCount } from './quantities.js';

export function formatAofSwitch(report: AofSwitchReport): string {
  const { server, isOn, wasOn } = report;
  const before = isOn === wasOn ? ', as it was before' : '';
  const first = `the AOF of Redis at ${server} is ${isOn ? 'on' : 'off'}${before}`;
  const lines = [
    first,
    ...(isOn ? describeOn(report) : describeOff(report)),
    describeStart(report),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function describeOn({ proof, files }: AofSwitchReport): string[] {
  if (proof !== 'files')
    return ['the server says that it is written; its files cannot be seen from here'];
  return [`it is on the disk: ${formatCount(files.length, 'file')}, the first '${files[0] ?? ''}'`];
}

function describeOff({ wasOn, dump, files }: AofSwitchReport): string[] {
  const saved =
    dump === null
      ? 'the server says that it has saved everything first; its dump cannot be seen from here'
      : `everything was saved first, to '${dump}'`;
  const [first] = files;
  return [
    ...(wasOn ? [saved] : []),
    ...(first === undefined
      ? []
      : [
          `the files of the AOF stay, and are old from now on: a start with 'appendonly yes' would load them (${formatCount(files.length, 'file')}, the first '${first}')`,
        ]),
  ];
}

function describeStart({ survives, keptBy, configuration, isOn }: AofSwitchReport): string {
  const state = isOn ? 'on' : 'off';
  if (!survives) return `this may not survive the next start: see the warning`;
  const file = configuration === null ? 'the configuration of the server' : `'${configuration}'`;
  const how = { server: 'has written', edit: 'was edited', file: 'says so already' }[
    keptBy ?? 'file'
  ];
  return keptBy === 'server'
    ? `it stays ${state} when the server starts again: the server ${how} ${file} (CONFIG REWRITE)`
    : `it stays ${state} when the server starts again: ${file} ${how}`;
}
