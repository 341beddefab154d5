// What the options about archives ask for.
import type {
  OpeningRequest,
  SealingRequest,
  TargetRequest,
} from '../../engine/archive/archive-request.js';
import type { FolderExportRequest } from '../../engine/export/export-missing.js';
import { UsageError } from '../../errors.js';
import { inputOf } from '../byte-pipes.js';
import type { Invocation, ToPath } from '../command.js';
import type { OptionName } from './option-table.js';
import type { ParsedArguments } from './parse-arguments.js';
import { parseSize } from './parse-size.js';

export function toTargetRequest(
  typed: string,
  invocation: Pick<Invocation, 'parsed' | 'toPath' | 'environment'>,
): TargetRequest {
  const { toPath, environment } = invocation;
  return { typed, resolve: toPath, environment, options: toStoreOptions(invocation) };
}

function toStoreOptions({
  parsed: { values },
  toPath,
}: Pick<Invocation, 'parsed' | 'toPath'>): TargetRequest['options'] {
  const size = (name: 'segment-size' | 'limit-rate', least: string): number | null => {
    const text = values.get(name)?.[0];
    return text === undefined ? null : parseSize(name, text, least, '5G');
  };
  return {
    endpoint: values.get('endpoint')?.[0] ?? null,
    segmentBytes: size('segment-size', '1M'),
    spoolFolder: pathOf(values.get('spool')?.[0], toPath),
    bytesPerSecond: size('limit-rate', '16K'),
  };
}

/** Options that say how an archive is made and sent. */
const EXPORT_OPTIONS: readonly OptionName[] = [
  'recipient',
  'recipients-file',
  'passphrase-file',
  'no-encrypt',
  'endpoint',
  'segment-size',
  'spool',
  'limit-rate',
];

/** `--then-export`; null where it is not given. TARGET is a folder, with a slash at its end or without. @throws UsageError */
export function toThenExport(
  invocation: Pick<Invocation, 'parsed' | 'toPath' | 'environment'>,
): FolderExportRequest | null {
  const { parsed, toPath } = invocation;
  const typed = parsed.values.get('then-export')?.[0];
  if (typed !== undefined) {
    const folder = typed === '-' || typed.endsWith('/') ? typed : `${typed}/`;
    return {
      target: toTargetRequest(folder, invocation),
      sealing: toSealingRequest(parsed, toPath),
    };
  }
  const wrong = EXPORT_OPTIONS.find((name) => parsed.counts.has(name));
  if (wrong === undefined) return null;
  throw new UsageError(`option '--${wrong}' is for archives, and none is made`, {
    hint: 'name the place of the archives with --then-export; a repository is not encrypted',
  });
}

export function toSealingRequest(
  { values, counts }: ParsedArguments,
  toPath: ToPath,
): SealingRequest {
  return {
    recipients: values.get('recipient') ?? [],
    recipientFiles: (values.get('recipients-file') ?? []).map(toPath),
    passphraseFile: pathOf(values.get('passphrase-file')?.[0], toPath),
    isPlain: counts.has('no-encrypt'),
  };
}

export function toOpeningRequest({ values }: ParsedArguments, toPath: ToPath): OpeningRequest {
  return {
    identityFiles: (values.get('identity') ?? []).map(toPath),
    passphraseFile: pathOf(values.get('passphrase-file')?.[0], toPath),
  };
}

/** The options that only `--from` gives a meaning. */
const FROM_OPTIONS: readonly OptionName[] = [
  'identity',
  'passphrase-file',
  'endpoint',
  'limit-rate',
];

/** @throws UsageError for an option that goes with `--from`, which is not given */
export function refuseArchiveOptions({ counts }: ParsedArguments): void {
  const wrong = FROM_OPTIONS.find((name) => counts.has(name));
  if (wrong === undefined) return;
  throw new UsageError(`option '--${wrong}' is for archives`, {
    hint: 'name the archive with --from; a repository is not encrypted',
  });
}

/** `--from`, with the keys that open the archive. @throws UsageError */
export function toReadArchive(
  invocation: Pick<Invocation, 'parsed' | 'toPath' | 'environment' | 'pipes'>,
): {
  readonly archive: TargetRequest;
  readonly opening: OpeningRequest;
  readonly pipe: AsyncIterable<Uint8Array> | null;
} {
  const { parsed, toPath, pipes } = invocation;
  if (parsed.counts.has('at')) {
    throw new UsageError('an archive has one snapshot, so -r has no meaning with --from', {
      hint: 'leave out -r',
    });
  }
  const typed = parsed.values.get('from')?.[0] ?? '';
  return {
    archive: toTargetRequest(typed, invocation),
    opening: toOpeningRequest(parsed, toPath),
    pipe: typed === '-' ? inputOf(pipes) : null,
  };
}

function pathOf(typed: string | undefined, toPath: ToPath): ReturnType<ToPath> | null {
  return typed === undefined ? null : toPath(typed);
}
