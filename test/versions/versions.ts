// `npm run test:versions`: tries every server of server-versions.ts and prints the table of docs/versions.md. Needs root,
// debootstrap, and a source of Debian's packages. Words on the command line narrow the list, such as `valkey` or `8.6`.
import { execFile } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeRoot } from './debian-roots.js';
import { SERVER_VERSIONS, type ServerVersion, programOf } from './server-versions.js';
import { PERSISTENCES, type Trial, tryVersion } from './try-version.js';
import { type Row, formatVersions } from './versions-table.js';

const work = process.env['VERSIONS_WORK'] ?? path.join(os.tmpdir(), 'redis-rewind-versions');

async function tryServer(wanted: ServerVersion): Promise<Row> {
  const program = programOf(wanted);
  const root = await makeRoot(path.join(work, 'roots'), wanted);
  const found = await versionIn(root, program);
  const trials: (Trial | Error)[] = [];
  for (const persistence of PERSISTENCES) {
    process.stderr.write(`${wanted.product} ${found}: ${persistence}\n`);
    const trial = await tryVersion({ root, program }, persistence, path.join(work, 'trial')).catch(
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    if (trial instanceof Error) process.stderr.write(`${trial.message}\n`);
    trials.push(trial);
  }
  return { wanted, found, trials };
}

async function versionIn(root: string, program: string): Promise<string> {
  const { stdout } = await promisify(execFile)('chroot', [root, program, '--version']);
  return / v=(\S+)/.exec(stdout)?.[1] ?? 'of no known version';
}

const words = process.argv.slice(2);
const wanted = SERVER_VERSIONS.filter(({ product, version }) =>
  words.every((word) => `${product} ${version}`.includes(word)),
);
const rows: Row[] = [];
for (const one of wanted) rows.push(await tryServer(one));
process.stdout.write(formatVersions(rows));
const isWrong = ({ wanted: { version }, found, trials }: Row): boolean =>
  !found.startsWith(version) || trials.some((trial) => trial instanceof Error);
process.exitCode = rows.length === 0 || rows.some(isWrong) ? 1 : 0;
