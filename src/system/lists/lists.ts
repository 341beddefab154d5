// Long lists. A call that spreads a list puts each item on the stack, and about 120,000 items are too many
// ("Maximum call stack size exceeded"). The functions of this file take a list of any length.

/** Adds all items at the end. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** The greatest of the numbers, and `least` where none is greater. */
export function greatest(numbers: Iterable<number>, least: number): number {
  let most = least;
  for (const number of numbers) most = Math.max(most, number);
  return most;
}

/** Adds an item to the group of its key, and makes the group where it is missing. */
export function addToGroup<Key, T>(groups: Map<Key, T[]>, key: Key, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}
