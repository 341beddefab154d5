// Finds out who would start a server that does not run: the unit of systemd or the script of /etc/init.d that names its
// configuration file.
import type { BytePath } from '../../system/files/byte-path.js';
import { type UnitSearch, findUnits } from './find-units.js';
import { INIT_SCRIPTS, findInitScriptsOf } from './init-scripts.js';
import type { Supervision } from './supervision.js';

export interface StoppedSupervision {
  /** Null where nobody is found. */
  readonly supervision: Extract<Supervision, { kind: 'systemd' | 'service' | 'other' }> | null;
  /** The program of the server that would be started; null where it is not known. */
  readonly program: BytePath | null;
  /** Its words after the configuration file, which win over what is in it. */
  readonly options: readonly string[];
}

/** @param initScripts where the scripts of `service` are */
export async function findStoppedSupervision(
  search: UnitSearch,
  configuration: BytePath,
  initScripts = INIT_SCRIPTS,
): Promise<StoppedSupervision> {
  const units = await findUnits(search, configuration);
  const [unit, ...otherUnits] = units;
  if (unit !== undefined) {
    const { program, options } = unit;
    return otherUnits.length === 0
      ? { supervision: { kind: 'systemd', unit: unit.name }, program, options }
      : { supervision: oneOf(units.map(({ name }) => name)), program, options };
  }
  const scripts = findInitScriptsOf(search.fileSystem, initScripts, configuration);
  const [script, ...otherScripts] = scripts;
  if (script === undefined) return { supervision: null, program: null, options: [] };
  const { name, program } = script;
  return otherScripts.length === 0
    ? { supervision: { kind: 'service', name }, program, options: [] }
    : { supervision: oneOf(scripts.map((each) => each.name)), program, options: [] };
}

function oneOf(names: readonly string[]): Extract<Supervision, { kind: 'other' }> {
  return { kind: 'other', what: `one of ${names.join(', ')}` };
}
