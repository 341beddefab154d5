// Errors that most programs never see, at every operation of a backup: each has a message and a hint or none,
// an exit code, and costs no snapshot.
import test from 'ava';
import * as fs from 'node:fs/promises';
import { RewindError, SystemError } from '../../src/errors.js';
import { LINUX_ERRORS } from '../../src/system/errno/linux-errors.js';
import { HookedFileSystem, systemFailure } from '../support/files/hooked-file-system.js';
import { memoryDirectory } from '../support/files/temporary-directory.js';
import { Sandbox } from '../support/sandbox/sandbox.js';

const OPERATIONS = [
  'open',
  'close',
  'read',
  'write',
  'truncate',
  'sync',
  'syncInBackground',
  'statOpen',
  'chmodOpen',
  'chownOpen',
  'stat',
  'list',
  'readLink',
  'realPath',
  'makeDirectory',
  'makeLink',
  'rename',
  'unlink',
  'removeDirectory',
  'setModificationTimes',
  'freeBytes',
] as const;

/** Something of everything: new, changed, grown and gone files, folders and links. */
async function change(sandbox: Sandbox, night: number): Promise<void> {
  await sandbox.write('dump.rdb', `the dump of night ${night}`);
  await sandbox.append('grown', `${night}`);
  await sandbox.write(`new${night}/file`, `${night}`);
  await fs.symlink('dump.rdb', sandbox.inSource(`link${night}`));
  if (night > 1) await sandbox.remove(`new${night - 1}`);
  if (night > 1) await sandbox.remove(`link${night - 1}`);
}

for (const where of ['SOURCE', 'REPO'] as const) {
  test(`every error of the operating system, once at some operation in ${where}: no night ends as a defect`, async (t) => {
    t.timeout(600_000);
    const sandbox = new Sandbox(await memoryDirectory(t));
    let night = 1;
    await change(sandbox, night);
    await sandbox.backup();
    let struckAll = 0;
    for (const [index, [, errno]] of LINUX_ERRORS.entries()) {
      night += 1;
      await change(sandbox, night);
      // Each error meets every operation of a fifth of all, and other ones than the next error.
      const operations = OPERATIONS.filter((_, n) => (n + index) % 5 === 0);
      for (const operation of operations) {
        let struck = false;
        const top = where === 'SOURCE' ? sandbox.source : sandbox.repository;
        const fileSystem = new HookedFileSystem(
          (call) => {
            if (struck || call.operation !== operation || !call.path.startsWith(`${top}/`)) return;
            struck = true;
            throw systemFailure(call, errno);
          },
          { sync: false },
        );
        const when = `${errno} of ${operation} in ${where}`;
        const ending = await sandbox
          .backup({ context: { fileSystem } })
          .catch((error: unknown) => error as Error);
        struckAll += struck ? 1 : 0;
        if (ending instanceof SystemError) {
          t.is(ending.exitCode, 1, when);
          t.notRegex(ending.message, /: E[A-Z0-9]+$/, when);
        } else if (ending instanceof Error) {
          t.true(ending instanceof RewindError, `${when}: ${ending.stack}`);
        }
        const isMachine = ['EMFILE', 'ENFILE', 'ENOMEM'].includes(errno);
        if (where === 'SOURCE' && !isMachine && operation !== 'close') {
          t.false(ending instanceof Error, `${when}: ${(ending as Error).message}`);
        }
      }
      await sandbox.backup();
      t.is(await sandbox.read('dump.rdb'), `the dump of night ${night}`, errno);
    }
    t.deepEqual((await sandbox.verify()).problems, []);
    t.log(`${struckAll} errors struck`);
    t.true(struckAll > (where === 'SOURCE' ? 80 : 300), `${struckAll}`);
  });
}
