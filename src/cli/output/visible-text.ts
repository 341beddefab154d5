// Makes control characters in text for people visible. The text may come from anywhere, such as an argument
// or the host name in somebody else's catalog. Control characters could hide text or rewrite the terminal.

/** `text` with every control character, except newline and tab, shown as its bytes `\xHH`. */
export function visibleText(text: string): string {
  return text.replaceAll(/[^\P{Cc}\n\t]|[\p{Cf}\u2028\u2029]/gu, toEscapes);
}

/** The same on one line: newline and tab are shown as bytes too. */
export function visibleLine(text: string): string {
  return visibleText(text).replaceAll(/[\n\t]/g, toEscapes);
}

function toEscapes(character: string): string {
  return [...Buffer.from(character)]
    .map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
    .join('');
}
