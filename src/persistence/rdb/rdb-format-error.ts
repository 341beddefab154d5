// The error of a part of an RDB whose bytes make no sense. A walk does not throw it: it stops and says why
// (stop-reasons.ts).
import { DecoderError } from '../../system/wasm/decoder-error.js';

/** `atByte` is counted in the bytes that were decoded, or in the file if the file was read. */
export class RdbFormatError extends DecoderError {}
