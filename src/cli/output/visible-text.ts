// What is shown to people holds no control characters but our own, wherever a word of it comes from: an
// argument, the name of a host in somebody else's catalog. They could hide text or rewrite the terminal.

/** `text` with every control character but newline and tab as the bytes `\xHH` that it consists of. */
export function visibleText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\p{Cf}\u2028\u2029]/gu, toEscapes);
}

/** The same, and on one line. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll(/[\n\t]/g, toEscapes);
}

function toEscapes(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    .join('');
}
