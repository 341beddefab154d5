// The error of a delta or a signature that breaks librsync's grammar, or of a delta that does not fit its
// basis. The byte's offset tells a damaged increment from a wrong basis.
import { DecoderError } from '../system/wasm/decoder-error.js';

/** `atByte` is counted in the delta or the signature. */
export class DeltaFormatError extends DecoderError {}
