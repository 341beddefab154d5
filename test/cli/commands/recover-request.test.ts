// A command line of `recover` becomes the right request, or one clear line.
import test from 'ava';
import { chooseCommand } from '../../../src/cli/choose-command.js';
import { toRecoverRequest } from '../../../src/cli/commands/recover.js';
import { parseArguments } from '../../../src/cli/options/parse-arguments.js';
import { resolvePathArgument } from '../../../src/cli/options/path-arguments.js';
import { UsageError } from '../../../src/errors.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';

const toPath = (argument: string) => resolvePathArgument(argument, () => pathFromText('/cwd'));

function recoverRequest(...words: readonly string[]) {
  const parsed = parseArguments(['recover', ...words]);
  const { operands } = chooseCommand(parsed);
  const environment = { HOME: '/root' };
  return toRecoverRequest({ parsed, operands, toPath, environment, pipes: null });
}

test('every option of recover reaches the request', (t) => {
  const stop = ['--stop-cmd', 'sv down redis', '--start-cmd', 'sv up redis'];
  const own = ['--use', 'rdb', '--dry-run', '--discard-present', '--wait-lock', '2'];
  t.like(recoverRequest('-r', '1B', 'repo', '-p', '6380', '--wait-timeout', '5', ...own, ...stop), {
    repository: pathFromText('/cwd/repo'),
    action: { kind: 'recover', time: '1B' },
    server: { port: '6380', waitTimeoutMs: 5000 },
    commands: { stop: 'sv down redis', start: 'sv up redis' },
    use: 'rdb',
    dryRun: true,
    discardPresent: true,
    waitLockMs: 2000,
    folders: { home: '/root', stateHome: undefined },
  });
  t.like(recoverRequest('--undo', 'repo', '-p', '6380'), {
    action: { kind: 'undo' },
    commands: null,
    use: 'auto',
    dryRun: false,
    discardPresent: false,
    waitLockMs: 0,
  });
});

test('an archive takes the place of TIME, and REPO may be left out', (t) => {
  const keys = ['-i', 'key', '-i', 'other'];
  t.like(recoverRequest('--from', 'swift:///db/one', ...keys, '-p', '6380'), {
    repository: null,
    action: {
      kind: 'recover-archive',
      archive: { typed: 'swift:///db/one' },
      opening: {
        identityFiles: ['/cwd/key', '/cwd/other'].map(pathFromText),
        passphraseFile: null,
      },
      pipe: null,
    },
    toType: {
      again: 'redis-rewind recover --from swift:///db/one --identity key --identity other -p 6380',
      undo: 'redis-rewind recover --undo -p 6380',
    },
  });
  t.like(recoverRequest('--from', 'one', 'repo', '-p', '6380'), {
    repository: pathFromText('/cwd/repo'),
  });
  t.like(recoverRequest('--undo', '-p', '6380'), { repository: null, action: { kind: 'undo' } });
});

const WRONG: readonly (readonly [RegExp, ...string[]])[] = [
  [/needs the TIME/, 'repo', '-p', '1'],
  [/--undo takes no TIME/, '--undo', '-r', 'now', 'repo', '-p', '1'],
  [/no server is named/, '-r', 'now', 'repo'],
  [/--use takes rdb, aof or auto/, '-r', 'now', 'repo', '-p', '1', '--use', 'dump'],
  [/-r has no meaning with --from/, '-r', 'now', '--from', 'one', 'repo', '-p', '1'],
  [/--undo takes no archive/, '--undo', '--from', 'one', 'repo', '-p', '1'],
  [/'--identity' is for archives/, '-r', 'now', '-i', 'key', 'repo', '-p', '1'],
  [/does not come from a terminal/, '--from', '-', '-p', '1'],
  [/takes REPO, but nothing/, '-r', 'now', '-p', '1'],
  [/takes REPO, but 'one' 'two'/, '--from', 'archive', 'one', 'two', '-p', '1'],
  [/must be given together/, '-r', 'now', 'repo', '-p', '1', '--stop-cmd', 'x'],
  [/must be given together/, '-r', 'now', 'repo', '-p', '1', '--start-cmd', 'x'],
];

for (const [message, ...words] of WRONG) {
  test(`it is refused: recover ${words.join(' ')}`, (t) => {
    t.throws(() => recoverRequest(...words), { instanceOf: UsageError, message });
  });
}
