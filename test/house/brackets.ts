// The brackets of source code. The text is scanned, not parsed.

/** What may hold a bracket that is none of the code: comments, strings, templates and regular expressions. */
const NO_CODE = new RegExp(
  [
    String.raw`\/\*[^]*?\*\/|\/\/.*`,
    String.raw`'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"`,
    '`(?:[^`\\\\$]|\\\\.|\\$(?!\\{)|\\$\\{(?:[^{}`]|`[^`]*`|\\{[^{}]*\\})*\\})*`',
    String.raw`(?<=(?:[(,=:[!&|?{};\n]|return)\s*)\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^\/\\\n[*])+\/[a-z]*`,
  ].join('|'),
  'g',
);

export interface Parentheses {
  readonly begin: number;
  readonly end: number;
}

/** The text with `''` in the place of whatever is none of the code. */
export function onlyCode(text: string): string {
  return text.replaceAll(NO_CODE, "''");
}

/** @throws Error where brackets do not match: then NO_CODE has missed something */
export function findParentheses(code: string): Parentheses[] {
  const open: number[] = [];
  const found: Parentheses[] = [];
  for (const { 0: bracket, index } of code.matchAll(/[()[\]{}]/g)) {
    if ('([{'.includes(bracket)) {
      open.push(index);
      continue;
    }
    const begin = open.pop();
    if (begin === undefined || !['()', '[]', '{}'].includes(code[begin] + bracket))
      throw new Error(`brackets do not match: ${code.slice(index - 80, index + 1)}`);
    if (bracket === ')') found.push({ begin, end: index });
  }
  if (open.length > 0) throw new Error('a bracket is not closed');
  return found;
}

/** The items between commas. In place of brackets with what is in them stands `#` for square ones, `.` for others. */
export function itemsOf(list: string): string[] {
  const inner = /\([^()]*\)|\[[^[\]]*\]|\{[^{}]*\}|<[^<>]*>/;
  let flat = list.replaceAll('=>', '');
  while (inner.test(flat)) flat = flat.replace(inner, ([bracket]) => (bracket === '[' ? '#' : '.'));
  return flat.split(',').filter((item) => item.trim() !== '');
}
