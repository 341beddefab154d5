import test from 'ava';
import { RewindError } from '../../../src/errors.js';
import { atEachMutation } from '../../support/damage/at-each-mutation.js';
import { failAtMutation } from '../../support/files/hooked-file-system.js';
import { HISTORIES } from '../../support/sandbox/eventful-history.js';
import { lookNames } from '../../support/sandbox/note-names.js';

for (const { files, create } of HISTORIES) {
  test(`ENOSPC or EIO at any mutation leaves every snapshot whole, and the next backup finishes (${files})`, async (t) => {
    let failedBefore = 0;
    let unfinished = 0;
    await atEachMutation(
      t,
      await create(t),
      (n) => failAtMutation(n, n % 2 === 0 ? 'ENOSPC' : 'EIO'),
      (ending, snapshots, when) => {
        if (ending instanceof Error) {
          if (!(ending instanceof RewindError)) throw ending;
          t.is(snapshots, 2, when);
          failedBefore += 1;
          return;
        }
        t.is(snapshots, 3, when);
        const looks = lookNames(ending.notes);
        if (looks.length > 0) t.deepEqual(looks, ['unfinished -'], when);
        unfinished += looks.length;
      },
    );
    t.true(failedBefore > 20 && unfinished > 10, `${failedBefore} before, ${unfinished} after`);
  });
}
