// A server before 7, as far as a backup can tell: a relay before a real one of today that has no answer to
// CONFIG GET appenddirname, which is what tells a single AOF file from a set. No older server is at hand.
import type { TeardownContext } from '../../files/temporary-directory.js';
import { startRelay } from './relay.js';

/** @returns the port of the relay, which ends with the test */
export async function relayAsOldServer(t: TeardownContext, port: number): Promise<number> {
  const answer = (command: Buffer): string | null =>
    command.includes('appenddirname') ? '*0\r\n' : null;
  return (await startRelay(t, port, { answer })).port;
}
