// The folder of a peer while the peer is measured, and copies of the folder in known states. Before each run the
// folder is set back to such a state. Its path is always the same, since some programs insist on that.
import { mkdir, rename, rm, stat } from 'node:fs/promises';

import { copyTree } from '../file-tree.js';
import type { Step } from '../commands/measure-process.js';
import type { BackupSource, Peer, PeerPlace } from '../peers/peer.js';
import { runQuietly } from '../commands/run-quietly.js';
import type { Workspace } from '../workspace.js';

export class PeerState {
  readonly peer: Peer;
  readonly place: PeerPlace;
  readonly #workspace: Workspace;

  constructor(workspace: Workspace, peer: Peer) {
    this.peer = peer;
    this.place = { directory: workspace.inRun('state', peer.name) };
    this.#workspace = workspace;
  }

  /** The state before any backup. */
  async createEmpty(): Promise<void> {
    await rm(this.place.directory, { recursive: true, force: true });
    await mkdir(this.place.directory, { recursive: true });
    for (const step of this.peer.create(this.place)) await runQuietly(step);
  }

  /** Makes a backup without measuring it. */
  async backUp(source: BackupSource): Promise<void> {
    await runQuietly(this.peer.backup(this.place, source));
  }

  backupStep(source: BackupSource): Step {
    return this.peer.backup(this.place, source);
  }

  /** Moves the folder away and keeps it under a name. */
  async keepAs(name: string): Promise<void> {
    await mkdir(this.#workspace.inRun('kept', name), { recursive: true });
    await rename(this.place.directory, this.#kept(name));
  }

  async isKept(name: string): Promise<boolean> {
    return (await stat(this.#kept(name)).catch(() => null)) !== null;
  }

  /** Sets the folder back to the state kept under `name`. */
  async setBackTo(name: string): Promise<void> {
    await copyTree(this.#kept(name), this.place.directory);
  }

  async remove(): Promise<void> {
    await rm(this.place.directory, { recursive: true, force: true });
  }

  #kept(name: string): string {
    return this.#workspace.inRun('kept', name, this.peer.name);
  }
}
