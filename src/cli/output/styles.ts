// Colour, sparingly: only on a terminal, and not where NO_COLOR or TERM=dumb asks for none.
import { styleText } from 'node:util';

/** The stream and the variables that decide whether colour is wanted. */
export interface TerminalTraits {
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type Style = 'error' | 'warning';

const FORMATS = { error: 'red', warning: 'yellow' } as const;

/** Puts a style on text, or leaves it as it is. */
export type Painter = (style: Style, text: string) => string;

export const plain: Painter = (_style, text) => text;

/** https://no-color.org: NO_COLOR counts when it is set and not empty. */
export function createPainter({ isTerminal, environment }: TerminalTraits): Painter {
  const isWanted = isTerminal && isCapable(environment) && !environment['NO_COLOR'];
  if (!isWanted) return plain;
  return (style, text) => styleText(FORMATS[style], text, { validateStream: false });
}

/** Whether the terminal understands control sequences at all. */
export function isCapable(environment: TerminalTraits['environment']): boolean {
  return environment['TERM'] !== 'dumb' && environment['TERM'] !== undefined;
}
