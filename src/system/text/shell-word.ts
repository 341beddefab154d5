// Quotes words for a shell, so that a command in a hint can be copied as it stands, whatever its paths are.

/** Nothing in such a word means anything to a shell. */
const PLAIN = /^[\w@%+:,./][\w@%+=:,./-]*$/;

/** One word of a command line of sh, bash or zsh, in quotes only where it needs them. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
