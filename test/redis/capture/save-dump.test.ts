// Which dump counts as the one that a server was asked for. The time in it comes from another clock than the server's
// TIME: the clock of the child that saves is behind by up to a tick.
import { writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { type CliResult, runCli } from '../../support/program/cli.js';
import { writeRdb } from '../../support/redis/data/rdb-writer.js';
import { honestReply, startFakeServer } from '../../support/redis/servers/fake-server.js';

/** Backs up a server whose dump says that it was begun so many seconds before the server was asked. */
async function backUp(t: ExecutionContext, secondsBefore: number): Promise<CliResult> {
  const directory = await temporaryDirectory(t);
  await writeFile(path.join(directory, 'dump.rdb'), 'old');
  let askedSeconds = 0;
  const { port } = await startFakeServer(t, (words) => {
    if (words[0] === 'TIME') {
      askedSeconds = Math.floor(Date.now() / 1000);
      return `*2\r\n$10\r\n${askedSeconds}\r\n$1\r\n0\r\n`;
    }
    const onSave = (): void => {
      const dump = writeRdb([], { ctime: String(askedSeconds - secondsBefore) });
      writeFileSync(path.join(directory, 'dump.rdb'), dump);
    };
    return honestReply(words, { settings: { dir: directory }, onSave });
  });
  const repository = path.join(await temporaryDirectory(t), 'repository');
  return runCli(['backup', '-p', String(port), repository]);
}

test('a dump that says a second before the server was asked is the new one', async (t) => {
  for (const secondsBefore of [0, 1]) {
    const { code, stderr } = await backUp(t, secondsBefore);
    t.is(code, 0, stderr);
  }
});

test('a dump that was begun earlier is not', async (t) => {
  const { code, stderr } = await backUp(t, 2);
  t.is(code, 30);
  t.regex(stderr, /was asked 3 times to save, but there is no new /);
});
