// An invalid TIME is wrong usage even where REPO does not exist: TIME is checked first.
import path from 'node:path';
import test from 'ava';
import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { runCli } from '../support/program/cli.js';

for (const time of ['yesterday', '2026-13-01', '2026-11-22T25:00:00', '3X']) {
  test(`TIME '${time}' is exit 2 without a repository`, async (t) => {
    const directory = await temporaryDirectory(t);
    const repository = path.join(directory, 'none');
    const destination = path.join(directory, 'restored');
    for (const line of [
      ['restore', '-r', time, repository, destination],
      ['restore', '-r', time, path.join(repository, 'dump.rdb'), destination],
      ['-r', time, repository, destination],
      ['list', '--files', '-r', time, repository],
      ['list', '--changed-since', time, repository],
      ['verify', '-r', time, repository],
    ]) {
      const { code, stderr } = await runCli(line);
      t.is(code, 2, line.join(' '));
      t.true(stderr.includes(`'${time}'`), stderr);
    }
  });
}

test('a valid TIME without a repository is exit 10', async (t) => {
  const repository = path.join(await temporaryDirectory(t), 'none');
  const { code } = await runCli(['verify', '-r', '3D', repository]);
  t.is(code, 10);
});
