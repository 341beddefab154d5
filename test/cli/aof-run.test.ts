// `aof` as a process: what it prints and where, whether its JSON is that of docs/cli.md, and its exit codes. The
// server plays a part; test/live/recover/ has real ones.
import test, { type ExecutionContext } from 'ava';
import { runCli } from '../support/program/cli.js';
import { honestReply, startFakeServer } from '../support/redis/servers/fake-server.js';
import { fieldGroups, sorted } from './cli-documentation.js';

/** A server whose AOF is off until it is switched on. Its files are on no disk. */
async function startServer(t: ExecutionContext): Promise<string> {
  let isOn = false;
  const { port } = await startFakeServer(t, (words) => {
    if (words[1] === 'SET') isOn = words[3] === 'yes';
    const persistence = [`aof_enabled:${isOn ? 1 : 0}`, 'aof_last_bgrewrite_status:ok'];
    return honestReply(words, { info: { persistence } });
  });
  return String(port);
}

const [reportFields] = fieldGroups('aof');

test('--json has the fields that are documented, alone on stdout', async (t) => {
  const result = await runCli(['aof', 'enable', '--json', '-p', await startServer(t)]);
  t.is(result.code, 0, result.stderr);
  t.is(result.stderr, '');
  const report = result.json() as Record<string, unknown>;
  t.deepEqual(sorted(Object.keys(report)), sorted(reportFields ?? []));
  t.like(report, { wasOn: false, isOn: true, proof: 'server', files: [], keptBy: 'server' });
});

test('the answer goes to stdout, and -q leaves it out', async (t) => {
  const port = await startServer(t);
  const said = await runCli(['aof', 'enable', '-p', port]);
  t.is(said.stderr, '');
  t.regex(said.stdout, /^the AOF of Redis at \S+ is on\n(.*\n){2}$/);
  const quiet = await runCli(['aof', 'enable', '-q', '-p', port]);
  t.deepEqual([quiet.code, quiet.stdout, quiet.stderr], [0, '', '']);
});

test('a password in the command line is a remark', async (t) => {
  const result = await runCli(['aof', 'enable', '-v', '-a', 'x', '-p', await startServer(t)]);
  t.is(result.code, 0);
  t.regex(result.stderr, /note: the password is in the command line/);
});
