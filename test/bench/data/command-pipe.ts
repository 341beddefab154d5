// A connection that sends millions of commands to a redis-server. RESP is written in large pieces, and replies
// are counted as they come. Only for commands whose reply is one line (status, integer, error).
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

import type { Command } from './key-values.js';

const PIECE_CHARACTERS = 256 * 1024;

export class CommandPipe {
  readonly #socket: Socket;
  #piece = '';
  #awaited = 0;
  #isFull = false;
  /** The beginning of a reply that is not complete yet. */
  #rest = '';
  #lastReply = '';
  #failure: Error | null = null;
  #wake: () => void = () => undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding('latin1');
    socket.on('data', (text: string) => this.#take(text));
    socket.on('drain', () => {
      this.#isFull = false;
      this.#wake();
    });
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  /** Connects to a Unix socket; rejects where nobody listens. */
  static async open(path: string): Promise<CommandPipe> {
    const socket = connect(path);
    await once(socket, 'connect');
    return new CommandPipe(socket);
  }

  /** Sends commands in order and waits for all replies. Rejects at the first error reply. */
  async sendAll(commands: Iterable<Command>): Promise<void> {
    for (const command of commands) {
      this.#piece += encodeCommand(command);
      this.#awaited += 1;
      if (this.#piece.length >= PIECE_CHARACTERS) {
        this.#flush();
        await this.#until(() => !this.#isFull);
      }
    }
    this.#flush();
    await this.#until(() => this.#awaited === 0);
  }

  /** Sends one command and returns its reply without the sign of its type. */
  async call(...command: Command): Promise<string> {
    await this.sendAll([command]);
    return this.#lastReply.slice(1);
  }

  close(): void {
    this.#socket.removeAllListeners('close');
    this.#socket.destroy();
  }

  #flush(): void {
    if (this.#piece === '') return;
    this.#isFull = !this.#socket.write(this.#piece, 'latin1');
    this.#piece = '';
  }

  #take(text: string): void {
    const replies = (this.#rest + text).split('\r\n');
    this.#rest = replies.pop() ?? '';
    for (const reply of replies) {
      if (reply.startsWith('-')) this.#fail(new Error(`redis-server: ${reply.slice(1)}`));
    }
    this.#awaited -= replies.length;
    this.#lastReply = replies.at(-1) ?? this.#lastReply;
    this.#wake();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#wake();
  }

  async #until(isReached: () => boolean): Promise<void> {
    while (this.#failure === null && !isReached()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    if (this.#failure !== null) throw this.#failure;
  }
}

/** A command in RESP. Its words are ASCII, so each character is a byte. */
export function encodeCommand(command: Command): string {
  let text = `*${command.length}\r\n`;
  for (const word of command) text += `$${word.length}\r\n${word}\r\n`;
  return text;
}
