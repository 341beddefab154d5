// systemd itself accepts each unit file that the documents print.
import { execFile } from 'node:child_process';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import test from 'ava';

import { temporaryDirectory } from '../support/files/temporary-directory.js';
import { projectRoot } from '../support/program/project-paths.js';

interface PrintedUnit {
  readonly document: string;
  readonly name: string;
  readonly text: string;
}

async function printedUnits(): Promise<PrintedUnit[]> {
  const docs = (await readdir(path.join(projectRoot, 'docs'))).filter((name) =>
    name.endsWith('.md'),
  );
  const documents = ['README.md', ...docs.map((name) => path.join('docs', name))];
  const found = documents.map(async (document) => {
    const text = await readFile(path.join(projectRoot, document), 'utf8');
    const units = text.matchAll(
      /([\w@.-]+\.(?:service|timer))`[^`]*\n```\w*\n(\[Unit\]\n.*?)```/gs,
    );
    return [...units].map(([, name = '', unit = '']) => ({ document, name, text: unit }));
  });
  return (await Promise.all(found)).flat();
}

/** What systemd says against it; empty where it has no objection. */
async function judge(folder: string, { name, text }: PrintedUnit): Promise<string> {
  const file = path.join(folder, name);
  // The program is not installed here, and systemd looks for it.
  await writeFile(file, text.replaceAll(/^(ExecStart=)\S+/gm, '$1/bin/true'));
  return new Promise((resolve) => {
    execFile('systemd-analyze', ['verify', '--man=no', file], (error, stdout, stderr) => {
      const said = `${stdout}${stderr}`.split('\n').filter((line) => line.includes(name));
      resolve(error === null ? said.join('\n') : `${said.join('\n')} (exit ${String(error.code)})`);
    });
  });
}

test('systemd accepts each unit that the documents print', async (t) => {
  const units = await printedUnits();
  t.true(units.some(({ document }) => document === path.join('docs', 'watch.md')));
  const folder = await temporaryDirectory(t);
  for (const unit of units) t.is(await judge(folder, unit), '', `${unit.document}: ${unit.name}`);
});

test('a unit with a word that systemd does not know is noticed', async (t) => {
  const [unit] = await printedUnits();
  if (unit === undefined) throw new Error('the documents print no unit');
  const wrong = { ...unit, text: unit.text.replace('[Service]\n', '[Service]\nRestrt=always\n') };
  t.regex(await judge(await temporaryDirectory(t), wrong), /Restrt/);
});
