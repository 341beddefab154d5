// What a user keeps of the server of a recovery (docs/format.md, "A recovery"): where it is, and how it is started. It is in a
// folder of that user alone, because commands are run by it. While the server is down nobody else knows.
import type { Supervision } from '../../../redis/control/supervision.js';
import type { StoredObject } from '../../../repository/stored/stored-fields.js';
import { type BytePath, formatPath, parsePath } from '../../../system/files/byte-path.js';
import type { ProgramStart } from '../../../system/processes/start-program.js';
import type { TargetFacts, TargetSettings } from '../plan/recovery-facts.js';
import type { ServerOwner } from '../steps/recovered-source.js';

export interface ServerRecord {
  readonly recoveryId: string;
  /** Real path, and the identity to know it again. */
  readonly directory: { readonly path: BytePath; readonly dev: bigint; readonly ino: bigint };
  /** Where it answered; null where it was not asked. */
  readonly address: string | null;
  readonly owner: ServerOwner;
  readonly settings: TargetSettings;
  readonly version: TargetFacts['version'];
  readonly configuration: BytePath | null;
  /** Typed commands are not kept, since they may hold a password: null then. */
  readonly supervision: Exclude<Supervision, { kind: 'commands' }> | null;
  /** How it is started for a moment with its AOF off; null where that is not known or not needed. */
  readonly loadingStart: ProgramStart | null;
}

export function encodeServer(record: ServerRecord): string {
  const { directory, settings, version, configuration, supervision, owner } = record;
  return JSON.stringify({
    recoveryId: record.recoveryId,
    directory: {
      path: formatPath(directory.path),
      device: String(directory.dev),
      inode: String(directory.ino),
    },
    address: record.address,
    owner,
    settings: {
      dumpName: formatPath(settings.dumpName),
      aofName: formatPath(settings.aofName),
      aofFolder: pathText(settings.aofFolder),
      isAofOn: settings.isAofOn === null ? null : Number(settings.isAofOn),
      knownFrom: settings.knownFrom,
    },
    version,
    configuration: pathText(configuration),
    supervision: supervision === null ? null : encodeSupervision(supervision),
    loadingStart: encodeStart(record.loadingStart),
  });
}

function pathText(path: BytePath | null): string | null {
  return path === null ? null : formatPath(path);
}

function encodeSupervision(
  supervision: NonNullable<ServerRecord['supervision']>,
): Record<string, unknown> {
  if (supervision.kind !== 'none') return { ...supervision };
  return { kind: 'none', start: encodeStart(supervision.start) };
}

/** Null where an argument may be a password: the person then types how the server is started. */
function encodeStart(start: ProgramStart | null): Record<string, unknown> | null {
  if (start === null || start.args.some((word) => SECRET.test(word))) return null;
  const { program, args, uid, gid, umask } = start;
  return {
    program: formatPath(program),
    args: args.map((word) => ({ word: formatPath(word) })),
    uid,
    gid,
    umask,
  };
}

/** Options of a server that are, or hold, a password: requirepass, masterauth, user, tls-key-file-pass. */
const SECRET = /^--\S*(?:pass|auth|user)/i;

/** @throws Error for a value that this program does not write */
export function decodeServer(stored: StoredObject): ServerRecord {
  const directory = required(
    'directory',
    stored.objectOrNull('directory', (of) => ({
      path: parsePath(of.text('path')),
      dev: BigInt(of.text('device')),
      ino: BigInt(of.text('inode')),
    })),
  );
  return {
    recoveryId: stored.text('recoveryId'),
    directory,
    address: stored.textOrNull('address'),
    owner: required(
      'owner',
      stored.objectOrNull('owner', (of) => ({ uid: of.count('uid'), gid: of.count('gid') })),
    ),
    settings: required('settings', stored.objectOrNull('settings', decodeSettings)),
    version: stored.objectOrNull('version', (of) => ({
      product: oneOf(['redis', 'valkey', 'redict'], of.text('product')),
      major: of.count('major'),
      minor: of.count('minor'),
    })),
    configuration: pathOrNull(stored, 'configuration'),
    supervision: stored.objectOrNull('supervision', decodeSupervision),
    loadingStart: stored.objectOrNull('loadingStart', decodeStart),
  };
}

function decodeSettings(of: StoredObject): TargetSettings {
  const isAofOn = of.countOrNull('isAofOn');
  return {
    dumpName: parsePath(of.text('dumpName')),
    aofName: parsePath(of.text('aofName')),
    aofFolder: pathOrNull(of, 'aofFolder'),
    isAofOn: isAofOn === null ? null : isAofOn === 1,
    knownFrom: oneOf(['server', 'file', 'directory'], of.text('knownFrom')),
  };
}

function decodeSupervision(of: StoredObject): NonNullable<ServerRecord['supervision']> {
  const kind = oneOf(['systemd', 'service', 'other', 'none'], of.text('kind'));
  switch (kind) {
    case 'systemd':
      return { kind, unit: of.text('unit') };
    case 'service':
      return { kind, name: of.text('name') };
    case 'other':
      return { kind, what: of.text('what') };
    default:
      return { kind, start: of.objectOrNull('start', decodeStart) };
  }
}

function decodeStart(of: StoredObject): ProgramStart {
  const [name, ...rest] = of.list('args', (item) => parsePath(item.text('word')));
  if (name === undefined) throw new Error("'args' is empty");
  return {
    program: parsePath(of.text('program')),
    args: [name, ...rest],
    uid: of.count('uid'),
    gid: of.count('gid'),
    umask: of.count('umask'),
  };
}

function pathOrNull(of: StoredObject, field: string): BytePath | null {
  const text = of.textOrNull(field);
  return text === null ? null : parsePath(text);
}

function required<T>(field: string, value: T | null): T {
  if (value === null) throw new Error(`'${field}' is missing`);
  return value;
}

function oneOf<T extends string>(words: readonly T[], text: string): T {
  const found = words.find((word) => word === text);
  if (found === undefined) throw new Error('a word is unknown');
  return found;
}
