// The folders in which a server writes its AOF, as /proc shows its open files. Such a folder need not lie below the working
// directory: a link may lead to it. The names that /proc shows are those of the server, which may be in a
// container. So a folder only counts if the open file itself is found in it.
import * as fs from 'node:fs';
import {
  type BytePath,
  baseName,
  parentPath,
  pathFromBytes,
  pathToBytes,
} from '../files/byte-path.js';

interface Identity {
  readonly dev: bigint;
  readonly ino: bigint;
}

/** Empty where this user may not see the open files of the process. */
export function findAofFolders(processId: number): Identity[] {
  return listOpenFiles(processId).flatMap((link) => findFolder(processId, link) ?? []);
}

function listOpenFiles(processId: number): string[] {
  const folder = `/proc/${processId}/fd`;
  try {
    return fs.readdirSync(folder).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}

function findFolder(processId: number, link: string): Identity | null {
  try {
    const path = pathFromBytes(fs.readlinkSync(link, { encoding: 'buffer' }));
    if (!path.startsWith('/') || !path.endsWith('.aof')) return null;
    const file = fs.statSync(link, { bigint: true });
    return lookIn(`/proc/${processId}/root`, path, file) ?? lookIn('', path, file);
  } catch {
    // The file has been closed meanwhile.
    return null;
  }
}

/** @param root what the path begins at */
function lookIn(root: string, path: BytePath, file: Identity): Identity | null {
  const folder = Buffer.from(
    `${root}${pathToBytes(parentPath(path)).toString('latin1')}`,
    'latin1',
  );
  const name = Buffer.concat([folder, Buffer.from('/'), pathToBytes(baseName(path))]);
  try {
    const found = fs.statSync(name, { bigint: true });
    if (found.dev !== file.dev || found.ino !== file.ino) return null;
    const { dev, ino } = fs.statSync(folder, { bigint: true });
    return { dev, ino };
  } catch {
    return null;
  }
}
