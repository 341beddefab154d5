import { createServer, type Server } from 'node:net';
import path from 'node:path';

import test from 'ava';

import {
  temporaryDirectory,
  type TeardownContext,
} from '../../support/files/temporary-directory.js';
import { CommandPipe, encodeCommand } from './command-pipe.js';

/** A server that answers every command by `reply`, one byte at a time. */
async function answering(t: TeardownContext, reply: (index: number) => string): Promise<string> {
  const socketPath = path.join(await temporaryDirectory(t), 'socket');
  let index = 0;
  const server: Server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      const commands = bytes.toString('latin1').split('*').length - 1;
      for (let count = 0; count < commands; count += 1) {
        for (const character of reply(index)) socket.write(character);
        index += 1;
      }
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(socketPath, resolve);
  });
  t.teardown(async () => void server.close());
  return socketPath;
}

test('a command is its words with their lengths', (t) => {
  t.is(encodeCommand(['SET', 'a', 'bcd']), '*3\r\n$3\r\nSET\r\n$1\r\na\r\n$3\r\nbcd\r\n');
});

test('replies are counted however they are cut', async (t) => {
  const pipe = await CommandPipe.open(await answering(t, (index) => `:${index}\r\n`));
  await pipe.sendAll(Array.from({ length: 300 }, () => ['INCR', 'a']));
  t.is(await pipe.call('INCR', 'a'), '300');
  pipe.close();
});

test('an error among the replies is thrown', async (t) => {
  const replies = ['+OK\r\n', '-WRONGTYPE not a list\r\n', '+OK\r\n'];
  const pipe = await CommandPipe.open(await answering(t, (index) => replies[index] ?? '+OK\r\n'));
  const commands = Array.from({ length: 3 }, () => ['PING']);
  await t.throwsAsync(pipe.sendAll(commands), { message: /WRONGTYPE not a list/ });
  pipe.close();
});

test('a server that goes away does not leave anybody waiting', async (t) => {
  const socketPath = path.join(await temporaryDirectory(t), 'socket');
  const server = createServer((socket) => void socket.destroy());
  await new Promise<void>((resolve) => {
    server.listen(socketPath, resolve);
  });
  t.teardown(async () => void server.close());
  const pipe = await CommandPipe.open(socketPath);
  await t.throwsAsync(pipe.call('PING'));
});
