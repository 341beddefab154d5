// Exports of a sandbox's repository, and restores from archives, as the command line asks for them.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { SealingRequest, TargetRequest } from '../../../src/engine/archive/archive-request.js';
import type { ExportReport } from '../../../src/engine/export/export-report.js';
import { exportSnapshot } from '../../../src/engine/export/export.js';
import { restoreFromArchive } from '../../../src/engine/restore/restore-from-archive.js';
import type { ArchiveRestoreReport } from '../../../src/engine/restore/restore-report.js';
import type { RunContext } from '../../../src/engine/run/run-context.js';
import { DEFAULT_STORE_OPTIONS } from '../../../src/offsite/stores/store-context.js';
import { pathFromText } from '../../../src/system/files/byte-path.js';
import { type Tree, readTree } from '../files/directory-tree.js';
import { removeTree } from '../files/temporary-directory.js';
import type { Sandbox } from '../sandbox/sandbox.js';

export interface ExportOptions {
  readonly time?: string;
  /** Relative to the sandbox's root, or `-`. */
  readonly target?: string;
  readonly sealing?: Partial<SealingRequest>;
  readonly force?: boolean;
  readonly pipe?: (chunk: Uint8Array) => Promise<void>;
  readonly context?: RunContext;
}

export async function exportFrom(
  sandbox: Sandbox,
  options: ExportOptions = {},
): Promise<ExportReport> {
  const request = {
    repository: pathFromText(sandbox.repository),
    time: options.time ?? 'now',
    target: targetRequest(sandbox.root, options.target ?? 'archive.tar.zst'),
    sealing: {
      recipients: [],
      recipientFiles: [],
      passphraseFile: null,
      isPlain: false,
      ...options.sealing,
    },
    force: options.force ?? false,
    pipe: options.pipe ?? null,
  };
  return exportSnapshot(request, options.context ?? sandbox.context);
}

export interface ArchiveRestoreOptions {
  /** Relative to the sandbox's root, or `-`. */
  readonly archive?: string;
  readonly pipe?: AsyncIterable<Uint8Array>;
  readonly identityFiles?: readonly string[];
  readonly passphraseFile?: string;
  readonly path?: string;
  readonly to?: string;
  readonly force?: boolean;
  readonly owner?: string;
}

/** Restores to `to`, below the sandbox's root. */
export async function restoreArchive(
  sandbox: Sandbox,
  options: ArchiveRestoreOptions = {},
): Promise<ArchiveRestoreReport> {
  const { identityFiles = [], passphraseFile } = options;
  const request = {
    archive: targetRequest(sandbox.root, options.archive ?? 'archive.tar.zst'),
    opening: {
      identityFiles: identityFiles.map(pathFromText),
      passphraseFile: passphraseFile === undefined ? null : pathFromText(passphraseFile),
    },
    pipe: options.pipe ?? null,
    path: options.path ?? null,
    destination: pathFromText(path.join(sandbox.root, options.to ?? 'from-archive')),
    isDirectoryNamed: false,
    force: options.force ?? false,
    setDestination: false,
    owner: options.owner ?? null,
  };
  return restoreFromArchive(request, sandbox.context);
}

/** What a restore from an archive makes. The files are deleted again. */
export async function treeFromArchive(
  sandbox: Sandbox,
  options: ArchiveRestoreOptions = {},
): Promise<Tree> {
  const to = path.join(sandbox.root, 'tree-from-archive');
  await restoreArchive(sandbox, { ...options, to: 'tree-from-archive' });
  const tree = await readTree(to);
  await removeTree(to);
  return tree;
}

export async function readArchive(sandbox: Sandbox, name = 'archive.tar.zst'): Promise<Buffer> {
  return readFile(path.join(sandbox.root, name));
}

export function targetRequest(root: string, typed: string): TargetRequest {
  return {
    typed,
    resolve: (name) => pathFromText(path.join(root, name)),
    environment: {},
    options: DEFAULT_STORE_OPTIONS,
  };
}
