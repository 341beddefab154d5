// Makes a setting that a running server has survive its next start. The configuration file may say so already. Else
// the server writes its own file (CONFIG REWRITE); where it has no right to, or may not write the file, the file
// is edited. Then the file is read as the server will read it.
import { RewindError, type ServerError } from '../../../errors.js';
import { rewriteConfiguration } from '../../../redis/control/rewrite-configuration.js';
import type { ServerConnection } from '../../../redis/connection/connection.js';
import { type BytePath, formatPath } from '../../../system/files/byte-path.js';
import { type Note, lookNote } from '../../run/notes.js';
import type { RunContext } from '../../run/run-context.js';
import {
  type ConfigurationFile,
  type EffectiveDirective,
  editConfiguration,
  readDirective,
} from './configuration-file.js';

export interface Setting {
  readonly name: string;
  readonly value: string;
  /** What a server takes that has no such line. */
  readonly otherwise: string;
  /** What becomes of the server where the setting does not survive, as it follows `then`. */
  readonly otherwiseNext: string;
}

export interface KeptSetting {
  /** Null where nothing could be done. */
  readonly keptBy: 'server' | 'edit' | 'file' | null;
  readonly survives: boolean;
  readonly notes: readonly Note[];
}

/**
 * @param file null where it is not known
 * @param said how the server names its file, or null
 * @throws ServerError where the server is lost meanwhile
 */
export async function keepSetting(
  context: RunContext,
  connection: ServerConnection,
  { file, said }: { readonly file: ConfigurationFile | null; readonly said: BytePath | null },
  setting: Setting,
): Promise<KeptSetting> {
  const { fileSystem } = context;
  const effective = (): EffectiveDirective | null =>
    file === null ? null : readDirective(fileSystem, file, setting.name);
  if (isAsWanted(effective(), setting)) return { keptBy: 'file', survives: true, notes: [] };
  const refusal = await rewriteConfiguration(connection);
  const fault = refusal === null ? null : edit(context, file, refusal, setting);
  if (fault !== null) {
    const where = file?.path ?? said;
    return { keptBy: null, survives: false, notes: [notPermanent(fault, where, setting)] };
  }
  const keptBy = refusal === null ? 'server' : 'edit';
  const now = effective();
  // What cannot be read here is as the server says that it has written it.
  if (file === null || now === null || isAsWanted(now, setting)) {
    return { keptBy, survives: true, notes: [] };
  }
  return { keptBy, survives: false, notes: [overridden(file.path, now, setting)] };
}

function isAsWanted(effective: EffectiveDirective | null, { value, otherwise }: Setting): boolean {
  return effective !== null && (effective.value ?? otherwise) === value;
}

/** Why the setting is kept nowhere; null where the edit has been done. */
interface Fault {
  readonly reasons: readonly string[];
  readonly hint: string | null;
}

function edit(
  context: RunContext,
  file: ConfigurationFile | null,
  refusal: ServerError,
  setting: Setting,
): Fault | null {
  if (file === null) return { reasons: [refusal.message], hint: null };
  try {
    editConfiguration(context, file, setting);
    return null;
  } catch (error) {
    if (!(error instanceof RewindError)) throw error;
    return { reasons: [refusal.message, error.message], hint: error.hint ?? null };
  }
}

function notPermanent(
  { reasons, hint }: Fault,
  where: BytePath | null,
  { name, value, otherwiseNext }: Setting,
): Note {
  const place =
    where === null
      ? 'into the configuration file that the server is started with'
      : `into '${formatPath(where)}'`;
  return lookNote(
    'not-permanent',
    where,
    `this holds only until the server starts again, and then ${otherwiseNext}: ${reasons.join('; ')}`,
    `put the line '${name} ${value}' ${place}${hint === null ? '' : `, or ${hint}`}`,
  );
}

function overridden(
  path: BytePath,
  { value, origin }: EffectiveDirective,
  { name, value: wanted, otherwiseNext }: Setting,
): Note {
  if (origin === null) {
    return lookNote(
      'overridden',
      path,
      `'${formatPath(path)}' has no line '${name} ${wanted}', although the server says that it has written its file`,
      'check that it is the file that the server is started with',
    );
  }
  return lookNote(
    'overridden',
    origin.path,
    `line ${origin.line} of '${formatPath(origin.path)}' has '${name} ${value ?? ''}' and comes last, so when the server starts again ${otherwiseNext}`,
    `change that line to '${name} ${wanted}'`,
  );
}
