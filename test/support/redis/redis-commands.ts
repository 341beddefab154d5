// Commands for a redis-server as plain data, and the one way in which the tests send them: pipelined
// in order, database by database, every error reply thrown.
import type { Redis } from 'ioredis';

export interface RedisCommand {
  readonly database: number;
  readonly args: readonly [string, ...(string | Buffer | number)[]];
}

const PIPELINE_LENGTH = 500;

/** Sends the commands in order and leaves the connection in database 0; throws for the first error reply. */
export async function sendCommands(client: Redis, commands: Iterable<RedisCommand>): Promise<void> {
  let pipeline = client.pipeline();
  let selected: number | null = null;
  const flush = async (): Promise<void> => {
    const replies = (await pipeline.exec()) ?? [];
    const failed = replies.find(([error]) => error !== null);
    if (failed?.[0]) {
      throw failed[0];
    }
    pipeline = client.pipeline();
  };
  for (const { database, args } of commands) {
    if (database !== selected) {
      pipeline.call('SELECT', database);
      selected = database;
    }
    pipeline.call(...args);
    if (pipeline.length >= PIPELINE_LENGTH) {
      await flush();
    }
  }
  pipeline.call('SELECT', 0);
  await flush();
}
