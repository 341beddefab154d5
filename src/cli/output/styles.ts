// Colour, used sparingly: only on a terminal, and not if NO_COLOR or TERM=dumb turns it off.
import { styleText } from 'node:util';

/** What decides whether colour is used. */
export interface TerminalTraits {
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export type Style = 'error' | 'warning';

const FORMATS = { error: 'red', warning: 'yellow' } as const;

/** Puts a style on text, or leaves the text as it is. */
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
