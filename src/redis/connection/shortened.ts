// Text from a server in a message: it may be as long as a reply may be.

/** Much longer than a name that somebody has chosen. */
const SHOWN_MOST_CHARACTERS = 300;

/** A text from a server, cut off where it is too long for a message. */
export function shortened(text: string): string {
  return text.length <= SHOWN_MOST_CHARACTERS ? text : `${text.slice(0, SHOWN_MOST_CHARACTERS)}…`;
}
