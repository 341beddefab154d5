// LZF, the compression of strings in an RDB (wasm/rdb/values/lzf.ts).
import { instances } from '../../system/wasm/instance-pool.js';
import type { RdbExports } from './rdb-exports.js';
import { RdbFormatError } from './rdb-format-error.js';

/** Three bytes stand for at most 264. A higher factor is damage, and takes no memory. */
const EXPANSION_MOST = 88;
/** Both strings must fit in the memory of the engine. */
const TOGETHER_MOST = 1024 * 1024 * 1024;

/**
 * Expands `compressed` to exactly `expandedBytes` bytes, in a new buffer.
 * @throws RdbFormatError when the bytes are damaged or expand to another length
 */
export function decodeLzf(compressed: Uint8Array, expandedBytes: number): Buffer {
  if (expandedBytes > compressed.length * EXPANSION_MOST) {
    throw new RdbFormatError(
      `compressed string of ${compressed.length} bytes cannot expand to ${expandedBytes}`,
      0,
    );
  }
  if (compressed.length + expandedBytes > TOGETHER_MOST) {
    throw new Error(`a compressed string of ${expandedBytes} bytes is not decoded in memory`);
  }
  const engine = instances.take<RdbExports>('small');
  const { exports, view } = engine;
  exports.lzfOpen(compressed.length, expandedBytes);
  view(exports.lzfInput(), compressed.length).set(compressed);
  const isWhole = exports.lzfExpand() !== 0;
  const expanded = Buffer.from(view(exports.lzfOutput(), expandedBytes));
  instances.giveBack(engine);
  if (!isWhole) throw new RdbFormatError('compressed string is damaged', 0);
  return expanded;
}
