// Values that are damaged in one named way each, and what a server says of them. A live test asks a real one the same.
import type { ValueVerdict } from './hostile-row.js';
import { HOSTILE_NAMES } from './hostile-names.js';
import { HOSTILE_STREAMS } from './hostile-streams.js';
import { HOSTILE_PACKED } from './hostile-packed.js';
import { HOSTILE_STRINGS } from './hostile-strings.js';

export interface HostileValue {
  readonly name: string;
  /** The type byte. */
  readonly type: number;
  readonly bytes: readonly number[];
  readonly verdict: ValueVerdict;
}

export const HOSTILE_VALUES: readonly HostileValue[] = [
  ...HOSTILE_STRINGS,
  ...HOSTILE_PACKED,
  ...HOSTILE_NAMES,
  ...HOSTILE_STREAMS,
].map(([name, type, bytes, verdict]) => ({ name, type, bytes, verdict }));
