// A client that writes as fast as it can, so that what a backup has can be told from what was sent: a
// list of ascending numbers, and with each of them a transaction that sets two keys to the same.
import { Redis } from 'ioredis';

export interface Written {
  /** How many numbers are in the list. */
  readonly count: number;
}

export class CountingWriter {
  readonly #client: Redis;
  #isStopped = false;
  #sent = 0;
  #acknowledged = 0;
  readonly #done: Promise<void>;

  constructor(port: number, password?: string) {
    this.#client = new Redis({
      host: '127.0.0.1',
      port,
      protocol: 2,
      retryStrategy: () => null,
      ...(password === undefined ? {} : { password }),
    });
    this.#client.on('error', () => {});
    this.#done = this.#write();
  }

  /** Numbers the server has acknowledged. A backup that begins now must have them. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** Numbers that were sent: a backup that has ended has no more than these. */
  get sent(): number {
    return this.#sent;
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#done;
    this.#client.disconnect();
  }

  async #write(): Promise<void> {
    const filler = 'x'.repeat(200);
    while (!this.#isStopped) {
      const pipeline = this.#client.pipeline();
      const upTo = this.#sent + 20;
      for (let number = this.#sent; number < upTo; number += 1) {
        pipeline.call('RPUSH', 'log', number);
        pipeline.call('MULTI');
        pipeline.call('SET', 'a', `${number} ${filler}`);
        pipeline.call('SET', 'b', `${number} ${filler}`);
        pipeline.call('EXEC');
      }
      this.#sent = upTo;
      await pipeline.exec();
      this.#acknowledged = upTo;
    }
  }
}

/** What a server has of it. @throws Error where a number lacks, or a transaction is torn */
export async function readWritten(client: Redis): Promise<Written> {
  const log = await client.lrange('log', 0, -1);
  const gap = log.findIndex((text, index) => text !== String(index));
  if (gap >= 0) throw new Error(`'${log[gap] ?? ''}' stands in place of ${gap}`);
  const [a, b] = [await client.get('a'), await client.get('b')];
  if (a !== b) throw new Error('a transaction is torn');
  const last = a === null ? 0 : Number(a.split(' ')[0]) + 1;
  if (last !== log.length && last !== log.length - 1) {
    throw new Error(`the list has ${log.length} numbers, the last transaction is ${last}`);
  }
  return { count: log.length };
}
