// Every single call of a backup fails in turn, with each of the errors that disks and machines give:
// reads, opens and stats as well as what changes something.
import test from 'ava';
import * as fs from 'node:fs/promises';
import path from 'node:path';
import { SystemError } from '../../src/errors.js';
import { HookedFileSystem, failAtCall } from '../support/files/hooked-file-system.js';
import { memoryDirectory, removeTree } from '../support/files/temporary-directory.js';
import {
  countSnapshots,
  fingerprint,
  isMendedByNext,
  isWhole,
} from '../support/repository/whole-repository.js';
import { createEventfulHistory } from '../support/sandbox/eventful-history.js';
import { lookNames } from '../support/sandbox/note-names.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

/** What a backup says of a file of SOURCE that it could not read. */
const OF_SOURCE = ['stale', 'left-out', 'unreadable'];

for (const errno of ['ENOSPC', 'EIO', 'EACCES', 'EMFILE']) {
  test(`${errno} at any call of a backup is reported with operation and path, and no snapshot is lost`, async (t) => {
    t.timeout(900_000);
    const root = await memoryDirectory(t);
    const made = new Sandbox(root, { repository: path.join(root, 'repository') });
    await fs.mkdir(made.source);
    const history = await createEventfulHistory(t, made);
    const [first, second, third] = history.states;
    const tally = { failed: 0, unfinished: 0, unread: 0, done: 0 };
    const seen = new Set<string>();
    let n = 1;
    for (; ; n += 1) {
      const sandbox = await history.copyRepository();
      const fault = failAtCall(n, errno);
      const fileSystem = new HookedFileSystem(fault.hook, { sync: false });
      const run = sandbox.backup({ context: { fileSystem } });
      const ending = await run.catch((error: unknown) => error as Error);
      sandbox.context.advance(-60);
      if (!fault.hasStruck()) break;
      const { operation, path: called } = fault.call();
      const when = `call ${n}: ${operation} '${called}'`;
      let isComplete = true;
      if (ending instanceof Error) {
        if (!(ending instanceof SystemError)) throw ending;
        tally.failed += 1;
        t.deepEqual([ending.exitCode, ending.errno], [1, errno], when);
        t.true(ending.message.startsWith(`cannot ${ending.operation} '${ending.path}': `), when);
        t.is(ending.path, called, when);
        t.is(countSnapshots(sandbox), 2, when);
        for (const folder of ['staging/new', 'staging/old']) {
          t.deepEqual(await fs.readdir(sandbox.data(folder)), [], when);
        }
      } else {
        const looks = lookNames(ending.notes);
        t.is(countSnapshots(sandbox), 3, when);
        isComplete = !looks.some((look) => OF_SOURCE.includes(look.split(' ')[0] ?? ''));
        t.true(looks.length <= 1, `${when}: ${looks.join(', ')}`);
        if (!isComplete) {
          tally.unread += 1;
          t.true(called.startsWith(sandbox.source), when);
        } else if (looks.length > 0) {
          tally.unfinished += 1;
          t.deepEqual(looks, ['unfinished -'], when);
          t.true(
            ending.notes.some(({ message }) => message.includes(`'${called}'`)),
            when,
          );
        } else tally.done += 1;
      }
      const state = `${isComplete} ${await fingerprint(sandbox)}`;
      if (!seen.has(state)) {
        await isWhole(t, sandbox, [first, second, isComplete ? third : null], when);
        await isMendedByNext(t, sandbox, third, when);
      }
      seen.add(state);
      await removeTree(sandbox.repository);
    }
    t.log(
      `${n - 1} calls failed in turn: ${tally.failed} before the commit, ${tally.unfinished} after it, ${tally.unread} left a file of SOURCE unread, ${tally.done} were of no consequence`,
    );
    t.true(
      n > 500 && tally.failed > 200 && tally.unfinished > 50,
      `${n}, ${tally.failed}, ${tally.unfinished}`,
    );
    t.is(tally.unread > 0, errno !== 'EMFILE');
  });
}
