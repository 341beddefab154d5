// The crontab of this user, by way of crontab(1): it knows where crontabs are, and checks what is put there.
import { SystemError } from '../../errors.js';
import { runProgram } from './run-program.js';

/** Empty where there is none. @throws SystemError where cron is not installed, or this user may not use it */
export function readCrontab(): string {
  const { code, stdout, stderr } = runProgram('crontab', ['-l']);
  if (code === 0) return stdout.toString('latin1');
  if (/no crontab for/i.test(stderr)) return '';
  throw refused('read', stderr);
}

/** Takes the place of the whole crontab. @param text in latin1, as readCrontab gives it. @throws SystemError */
export function writeCrontab(text: string): void {
  const { code, stderr } = runProgram('crontab', ['-'], { input: Buffer.from(text, 'latin1') });
  if (code !== 0) throw refused('write', stderr);
}

function refused(operation: string, stderr: string): SystemError {
  const reason = stderr.trim().split('\n').at(-1) || 'crontab has failed';
  return new SystemError({ operation, object: 'crontab', path: null, errno: '', reason });
}
