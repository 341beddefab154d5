// A server before 7, as far as a backup can tell: a relay before a real one of today that has no answer to
// CONFIG GET appenddirname, which is what tells a single AOF file from a set. Before 6, there is none to CONFIG GET
// appendfilename either. No older server is at hand.
import type { TeardownContext } from '../../files/temporary-directory.js';
import { startRelay } from './relay.js';

/** @returns the port of the relay, which ends with the test */
export async function relayAsOldServer(
  t: TeardownContext,
  port: number,
  majorVersion: 5 | 6 = 6,
): Promise<number> {
  const untold = majorVersion < 6 ? ['appenddirname', 'appendfilename'] : ['appenddirname'];
  const answer = (command: Buffer): string | null =>
    untold.some((name) => command.includes(name)) ? '*0\r\n' : null;
  return (await startRelay(t, port, { answer })).port;
}
