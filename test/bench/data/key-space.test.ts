import test from 'ava';

import { KeySpace } from './key-space.js';
import { type Command, KeyValues } from './key-values.js';

const COUNT = 20_000;

function names(commands: Iterable<Command>): string[] {
  return [...commands].map(([, name = '']) => name);
}

function kindOf(name: string): string {
  return name.slice(0, name.indexOf(':'));
}

test('the same seed makes the same data, another seed other data', (t) => {
  const first = [...new KeySpace(1, 500).initialCommands()];
  t.deepEqual([...new KeySpace(1, 500).initialCommands()], first);
  t.notDeepEqual([...new KeySpace(2, 500).initialCommands()], first);
});

test('keys are of each kind in the share that the benchmark promises', (t) => {
  const counts = new Map<string, number>();
  for (const name of new Set(names(new KeySpace(1, COUNT).initialCommands()))) {
    counts.set(kindOf(name), (counts.get(kindOf(name)) ?? 0) + 1);
  }
  const shares = { session: 40, user: 20, counter: 15, queue: 10, board: 10, article: 5 };
  for (const [kind, percent] of Object.entries(shares)) {
    const found = (100 * (counts.get(kind) ?? 0)) / COUNT;
    t.true(Math.abs(found - percent) < 1.5, `${kind}: ${found} %`);
  }
});

test('values have the sizes that the benchmark promises', (t) => {
  for (const [command, name = '', ...words] of new KeySpace(1, 2000).initialCommands()) {
    const bytes = words.join('').length;
    if (command === 'DEL' || kindOf(name) === 'counter') continue;
    if (kindOf(name) === 'session') t.true(bytes >= 120 && bytes <= 180, String(bytes));
    if (kindOf(name) === 'article') t.is(bytes, 1024);
    if (kindOf(name) === 'user') t.is(words.length, 2 * 4);
    if (kindOf(name) === 'queue') t.is(words.length, 8);
    if (kindOf(name) === 'board') t.is(words.length, 2 * 10);
  }
});

test('a night rewrites one key of a hundred and replaces a quarter as many', (t) => {
  const keySpace = new KeySpace(1, COUNT);
  const before = new Set(names(keySpace.initialCommands()));
  const commands = [...keySpace.changes(1)];
  const values = new KeyValues(1);
  const replaced = Array.from({ length: COUNT / 400 }, (_, index) => COUNT + index);
  const added = replaced.map((id) => names(values.commandsToSet(id, 1))[0] ?? '');
  const touched = new Set(names(commands));
  t.deepEqual(
    added.filter((name) => !touched.has(name) || before.has(name)),
    [],
  );
  // Rewritten, deleted and new; a key that is hit twice counts once.
  t.true(touched.size > 0.014 * COUNT && touched.size <= 0.015 * COUNT, String(touched.size));
});

test('a key that was deleted is never touched again', (t) => {
  const keySpace = new KeySpace(1, 400);
  const alive = new Set(names(keySpace.initialCommands()));
  for (let night = 1; night <= 100; night += 1) {
    const commands = [...keySpace.changes(night, 20)];
    for (const [index, [command = '', name = '']] of commands.entries()) {
      const refills = command === 'DEL' && commands[index + 1]?.[1] === name;
      if (command === 'DEL' && !refills) t.true(alive.delete(name), name);
      else alive.add(name);
    }
  }
  t.is(alive.size, 400);
});

test('a rewritten value is another one', (t) => {
  const values = new KeyValues(1);
  for (let id = 0; id < 200; id += 1) {
    t.notDeepEqual(values.commandsToSet(id, 1), values.commandsToSet(id, 0));
    t.deepEqual(names(values.commandsToSet(id, 1)), names(values.commandsToSet(id, 0)));
  }
});
