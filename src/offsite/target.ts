// What TARGET means: where archives lie, and the name of one, if it is given. Pure, but for two questions
// about paths of this machine. A store is made of a target by stores/open-store.ts.
import { UsageError } from '../errors.js';
import { type BytePath, baseName, formatPath, parentPath } from '../system/files/byte-path.js';

/** Standard output of an export, standard input of a restore. */
export interface PipeTarget {
  readonly kind: 'pipe';
}

export interface FileTarget {
  readonly kind: 'file';
  /** The folder of the archives, absolute. */
  readonly folder: BytePath;
  /** As formatPath shows it. Null where TARGET is a folder. */
  readonly name: string | null;
}

export interface SwiftTarget {
  readonly kind: 'swift';
  readonly container: string;
  /** What all names begin with: empty, or with a slash at its end. */
  readonly prefix: string;
  /** Without the prefix. Null where TARGET is a container, or ends in a slash. */
  readonly name: string | null;
}

export interface S3Target {
  readonly kind: 's3';
  readonly bucket: string;
  /** As of a SwiftTarget. */
  readonly prefix: string;
  /** As of a SwiftTarget. */
  readonly name: string | null;
}

/** A target that is a store: everything but a pipe. */
export type StoreTarget = FileTarget | SwiftTarget | S3Target;
export type Target = PipeTarget | StoreTarget;

/** What is asked about paths of this machine. */
export interface LocalPaths {
  /** Makes a typed path absolute. @throws UsageError */
  resolve(typed: string): BytePath;
  /** Whether a folder is there. A link to a folder counts. */
  isFolder(path: BytePath): boolean;
}

export const DEFAULT_CONTAINER = 'database_backups';

const FORMS =
  "write a path, '-' for a pipe, swift://CONTAINER/NAME or s3://BUCKET/NAME; NAME may end in '/', or be left out";

/** Names of objects are up to this long in Swift and in S3, in bytes of UTF-8. */
const MOST_NAME_BYTES = 1024;

/** Room for what is added to a name: that of segments is the longest. */
const RESERVED_NAME_BYTES = 128;

/** @throws UsageError for what is no target */
export function parseTarget(typed: string, paths: LocalPaths): Target {
  if (typed === '-') return { kind: 'pipe' };
  const [, scheme, rest = ''] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(typed) ?? [];
  if (scheme === undefined) return parseFileTarget(typed, paths);
  const slash = rest.indexOf('/');
  const place = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash + 1);
  switch (scheme.toLowerCase()) {
    case 'swift':
      return {
        kind: 'swift',
        container: requireContainer(place || DEFAULT_CONTAINER),
        ...splitObjectName(path),
      };
    case 's3':
      return { kind: 's3', bucket: requireBucket(place), ...splitObjectName(path) };
    default:
      // What was typed may hold a password, as in http://user:password@host/.
      throw new UsageError(`'${scheme}://' is no kind of target`, { hint: FORMS });
  }
}

/** A target as text, for messages. The same as the label of its store where it has no name. */
export function formatTarget(target: Target): string {
  if (target.kind === 'pipe') return '-';
  const name = target.name ?? '';
  if (target.kind === 'file') {
    return name === '' ? formatPath(target.folder) : joinShown(formatPath(target.folder), name);
  }
  const place = target.kind === 'swift' ? target.container : target.bucket;
  return `${target.kind}://${place}${joinObject(target.prefix, name)}`;
}

function joinObject(prefix: string, name: string): string {
  return prefix + name === '' ? '' : `/${prefix}${name}`;
}

function joinShown(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

function parseFileTarget(typed: string, paths: LocalPaths): FileTarget {
  const path = paths.resolve(typed);
  if (typed.endsWith('/') || paths.isFolder(path))
    return { kind: 'file', folder: path, name: null };
  return { kind: 'file', folder: parentPath(path), name: formatPath(baseName(path)) };
}

function splitObjectName(path: string): { readonly prefix: string; readonly name: string | null } {
  requireObjectName(path);
  const slash = path.lastIndexOf('/');
  const name = path.slice(slash + 1);
  return { prefix: path.slice(0, slash + 1), name: name === '' ? null : name };
}

/** `.` and `..` would be taken out of a URL on the way, and an empty name in the middle is a mistake. */
function requireObjectName(path: string): void {
  const names = path.split('/');
  const isOdd = names.some(
    (name, index) => name === '.' || name === '..' || (name === '' && index < names.length - 1),
  );
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  if (isOdd || /[\u0000-\u001f\u007f]/.test(path) || !isUnicode(path)) {
    throw new UsageError(`'${path}' cannot be the name of an archive in a remote store`, {
      hint: "leave out '.', '..', doubled slashes and control characters",
    });
  }
  if (Buffer.byteLength(path) > MOST_NAME_BYTES - RESERVED_NAME_BYTES) {
    throw new UsageError('the name of the archive is too long for a remote store', {
      hint: `use at most ${MOST_NAME_BYTES - RESERVED_NAME_BYTES} bytes`,
    });
  }
}

/** Swift takes any name without a slash, of 256 bytes. The container of the segments has 9 bytes more. */
function requireContainer(name: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  const isGood = /^[^\u0000-\u001f\u007f/?#]+$/.test(name) && isUnicode(name);
  if (isGood && name !== '.' && name !== '..' && Buffer.byteLength(name) <= 247) return name;
  throw new UsageError(`'${name}' cannot be the name of a container`, { hint: FORMS });
}

/** As S3 has it, and a little wider, for stores that are older than its rules. */
function requireBucket(name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(name) && !name.includes('..')) {
    return name;
  }
  throw new UsageError(`'${name}' cannot be the name of a bucket`, { hint: FORMS });
}

/** Half of a surrogate pair has no UTF-8. */
function isUnicode(text: string): boolean {
  return Buffer.from(text).toString() === text;
}
