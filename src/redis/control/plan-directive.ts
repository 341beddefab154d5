// Changes one directive in the text of a configuration file, and nothing else: comments, order, spaces and line
// endings stay as they are. Of several lines the last one is changed, since a server takes the last. Pure.
import { splitWords } from '../../persistence/sds-words.js';

/**
 * The new bytes of the file.
 * @param name in lower case; a directive with a single value
 * @param value needs no quotes
 */
export function changeDirective(bytes: Buffer, name: string, value: string): Buffer {
  // One character a byte.
  const text = bytes.toString('latin1');
  const lines = text.split('\n');
  const at = lines.findLastIndex((line) => nameOf(line) === name);
  const line = lines[at];
  if (line === undefined) return Buffer.from(addLine(text, `${name} ${value}`), 'latin1');
  const [, before = '', after = ''] = /^(\s*\S+\s*)(?:.*?)(\s*)$/s.exec(line) ?? [];
  const gap = /\s$/.test(before) ? '' : ' ';
  lines[at] = `${before}${gap}${value}${after}`;
  return Buffer.from(lines.join('\n'), 'latin1');
}

/** The directive of a line in lower case; null for a comment and an empty line. */
function nameOf(line: string): string | null {
  const trimmed = line.trim();
  if (trimmed === '' || trimmed.startsWith('#')) return null;
  return splitWords(trimmed)?.[0]?.toLowerCase() ?? null;
}

/** With the line ending that the last line of the text has. */
function addLine(text: string, line: string): string {
  const feed = text.lastIndexOf('\n');
  const ending = feed > 0 && text.charAt(feed - 1) === '\r' ? '\r\n' : '\n';
  const isOpen = text !== '' && !text.endsWith('\n');
  return `${text}${isOpen ? ending : ''}${line}${ending}`;
}
