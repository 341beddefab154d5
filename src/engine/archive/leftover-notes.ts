// What is said of exports that were killed.
import { type Note, infoNote } from '../run/notes.js';

/**
 * A killed export of another night has another name, so no later export would meet what it left.
 *
 * @param count what a store's removeLeftovers returned
 */
export function leftoverNotes(count: number): Note[] {
  if (count === 0) return [];
  const what = count === 1 ? 'an export that was killed' : `${count} exports that were killed`;
  return [infoNote('left-over', null, `what ${what} had left in the store is removed`)];
}
