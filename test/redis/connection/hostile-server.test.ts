// A server that sends what no server would: every reply ends in one line, a hint and exit 30, at once, and
// without memory to speak of.
import { existsSync } from 'node:fs';
import path from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { temporaryDirectory } from '../../support/files/temporary-directory.js';
import { runCli } from '../../support/program/cli.js';
import {
  type FakeAnswer,
  type FakePlace,
  listReply,
  startFakeServer,
  textReply,
} from '../../support/redis/servers/fake-server.js';
import { checkRefusal } from '../../support/redis/refused-backup.js';

/** A heap in which a reply without a bound has no room. */
const LITTLE_MEMORY = { env: { NODE_OPTIONS: '--max-old-space-size=96' } };

/** Backs up a fake server, by `args` or its port, which must be refused before anything is made. */
async function isRefused(
  t: ExecutionContext,
  answer: FakeAnswer,
  refusal: { readonly message: RegExp; readonly hint?: RegExp },
  place: FakePlace & { readonly args?: readonly string[] } = {},
): Promise<void> {
  const folder = await temporaryDirectory(t);
  const { port } = await startFakeServer(t, answer, place);
  const args = place.args ?? ['-p', String(port)];
  const repository = path.join(folder, 'repository');
  const line = ['backup', '--json', ...args.map((arg) => arg.replace('PORT', String(port)))];
  checkRefusal(t, await runCli([...line, repository], LITTLE_MEMORY), refusal);
  t.false(existsSync(repository), 'repository');
}

/** Says `reply` to a command whose words begin with `command`. */
function saying(command: string, reply: string): FakeAnswer {
  return (words) =>
    words.join(' ').toUpperCase().startsWith(command.toUpperCase()) ? reply : null;
}

const WHO = { hint: /^find out which program listens there/ };
const ENDLESS = '*2000000000\r\n';

test('a list of 2,000,000,000 items is refused, whatever was asked', async (t) => {
  for (const command of ['PING', 'INFO server', 'TIME', 'CONFIG GET dir']) {
    const message =
      /^Redis at 127\.0\.0\.1:\d+ sends a list of 2000000000 items, which no server does$/;
    await isRefused(t, saying(command, ENDLESS), { message, ...WHO });
  }
});

test('so is one over a Unix socket, and one of a Sentinel', async (t) => {
  const socketPath = path.join(await temporaryDirectory(t), 'socket');
  await isRefused(
    t,
    saying('INFO', ENDLESS),
    { message: /^Redis at '.*socket' sends a list of/, ...WHO },
    { socketPath, args: ['-s', socketPath] },
  );
  await isRefused(
    t,
    saying('SENTINEL MASTERS', ENDLESS),
    { message: /^Sentinel at 127\.0\.0\.1:\d+ sends a list of/, ...WHO },
    { args: ['--sentinel', '127.0.0.1:PORT'] },
  );
});

test('what a server says before it is asked is refused if it is too much', async (t) => {
  await isRefused(t, () => null, { message: /sends a list of/, ...WHO }, { greeting: ENDLESS });
  const flood = '+OK\r\n'.repeat(100_000);
  await isRefused(
    t,
    () => null,
    { message: /is not a Redis server|not asked for/ },
    { greeting: flood },
  );
});

test('a text, a line and a whole reply without end are refused while they arrive', async (t) => {
  const forever =
    (piece: string): FakeAnswer =>
    ([command]) =>
      command !== 'INFO'
        ? null
        : (socket) => {
            const more = (): void => {
              while (!socket.destroyed && socket.write(piece));
            };
            socket.on('drain', more);
            more();
          };
  await isRefused(t, saying('INFO', '$9999999999\r\n'), {
    message: /sends a text of 9999999999 bytes/,
  });
  await isRefused(t, forever(`+${'x'.repeat(100_000)}`), { message: /sends a line of more than/ });
  await isRefused(t, forever('*1\r\n'), { message: /sends lists in lists/ });
  await isRefused(t, forever(`*250000\r\n${textReply('x'.repeat(1000)).repeat(9000)}`), {
    message: /sends a reply of more than 8388608 bytes/,
  });
  await isRefused(t, forever('+OK\r\n'), { message: /sends replies that were not asked for/ });
});

test('a reply that trickles in is not waited for longer than a reply that does not come', async (t) => {
  const trickling: FakeAnswer = ([command]) =>
    command !== 'INFO'
      ? null
      : (socket) => {
          socket.write('$100000\r\n');
          const timer = setInterval(() => socket.write('x'), 20);
          socket.on('close', () => clearInterval(timer));
        };
  await isRefused(
    t,
    trickling,
    { message: /has not answered for 1 seconds$/ },
    { args: ['-p', 'PORT', '--wait-timeout', '1'] },
  );
});

test('a TLS handshake that trickles in is not waited for longer than connecting may take', async (t) => {
  const folder = await temporaryDirectory(t);
  const { port } = await startFakeServer(t, () => (socket) => {
    // The beginning of a record of 16 kB, whose bytes then come one by one.
    socket.write(Buffer.from([0x16, 0x03, 0x03, 0x40, 0x00, 0x02, 0x00, 0x3f, 0xfc]));
    const timer = setInterval(() => socket.write('x'), 20);
    socket.on('close', () => clearInterval(timer));
  });
  const args = ['backup', '--json', '--tls', '-p', String(port), '--wait-timeout', '1'];
  checkRefusal(t, await runCli([...args, path.join(folder, 'repository')]), {
    message: /does not answer to TLS$/,
  });
});

test('SAVE is waited for no longer than --wait-timeout', async (t) => {
  const directory = await temporaryDirectory(t);
  const answer: FakeAnswer = (words) => {
    if (words[0] === 'SAVE') return () => {};
    return words[2] === 'dir' ? listReply(['dir', directory]) : null;
  };
  const { port } = await startFakeServer(t, answer);
  const repository = path.join(await temporaryDirectory(t), 'repository');
  const args = ['-p', String(port), '--save', 'save', '--wait-timeout', '1'];
  checkRefusal(t, await runCli(['backup', '--json', ...args, repository]), {
    message: /is still saving or rewriting its data$/,
    hint: /--wait-timeout/,
  });
});
