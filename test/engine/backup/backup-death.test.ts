import test from 'ava';
import { atEachMutation } from '../../support/damage/at-each-mutation.js';
import { ProcessDied, dieAtMutation } from '../../support/files/hooked-file-system.js';
import { HISTORIES } from '../../support/sandbox/eventful-history.js';
import { lookNames } from '../../support/sandbox/note-names.js';

for (const { files, create } of HISTORIES) {
  test(`a process that dies at any mutation leaves every snapshot whole, and the next backup finishes (${files})`, async (t) => {
    const seen = new Set<number>();
    await atEachMutation(t, await create(t), dieAtMutation, (ending, snapshots, when) => {
      // After the commit the snapshot stands; a dead process can no longer give its report.
      if (!(ending instanceof Error)) t.deepEqual(lookNames(ending.notes), ['unfinished -'], when);
      else if (!(ending instanceof ProcessDied)) throw ending;
      t.is(snapshots, ending instanceof Error ? 2 : 3, when);
      seen.add(snapshots);
    });
    t.deepEqual([...seen], [2, 3]);
  });
}
