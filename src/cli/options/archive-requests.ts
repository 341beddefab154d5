// What the options about archives ask for.
import type {
  OpeningRequest,
  SealingRequest,
  TargetRequest,
} from '../../engine/archive/archive-request.js';
import type { Invocation, ToPath } from '../command.js';
import type { ParsedArguments } from './parse-arguments.js';

export function toTargetRequest(
  typed: string,
  { toPath, environment }: Pick<Invocation, 'toPath' | 'environment'>,
): TargetRequest {
  const options = { endpoint: null, segmentBytes: null, spoolFolder: null };
  return { typed, resolve: toPath, environment, options };
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

function pathOf(typed: string | undefined, toPath: ToPath): ReturnType<ToPath> | null {
  return typed === undefined ? null : toPath(typed);
}
