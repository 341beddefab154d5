// Who starts a server and keeps it running. It decides how the server is stopped and started. Values alone.
import type { BytePath } from '../../system/files/byte-path.js';

export type Supervision =
  /** A unit of the system's systemd whose main process the server is, or will be. */
  | { readonly kind: 'systemd'; readonly unit: string }
  /** A script of /etc/init.d whose file of process ids names the server. */
  | { readonly kind: 'service'; readonly name: string }
  /** `--stop-cmd` and `--start-cmd`, as they were typed. */
  | { readonly kind: 'commands'; readonly stop: string; readonly start: string }
  /** Nobody: SHUTDOWN stops it. */
  | { readonly kind: 'none'; readonly start: StartCommand | null }
  /** Somebody of whom it is not known how to ask, such as a container's engine. */
  | { readonly kind: 'other'; readonly what: string };

/** How a server that nobody supervises was started. */
export interface StartCommand {
  /** The program itself; its name need not be that of a server. */
  readonly program: BytePath;
  /** The first is the name under which it is started, such as `redis-server`. */
  readonly args: readonly [BytePath, ...BytePath[]];
  readonly uid: number;
  readonly gid: number;
}
