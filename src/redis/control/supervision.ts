// Who starts a server and keeps it running. It decides how the server is stopped and started. Values alone.
import type { ProgramStart } from '../../system/processes/start-program.js';

export type Supervision =
  /** A unit of the system's systemd whose main process the server is, or will be. */
  | { readonly kind: 'systemd'; readonly unit: string }
  /** A script of /etc/init.d whose file of process ids names the server. */
  | { readonly kind: 'service'; readonly name: string }
  /** `--stop-cmd` and `--start-cmd`, as they were typed. */
  | { readonly kind: 'commands'; readonly stop: string; readonly start: string }
  /** Nobody: SHUTDOWN stops it. It is started as it was started before; null where nothing shows how. */
  | { readonly kind: 'none'; readonly start: ProgramStart | null }
  /** Nobody, and it does not run: the person starts it by this command. */
  | { readonly kind: 'by-hand'; readonly command: string }
  /** Somebody of whom it is not known how to ask, such as a container's engine. */
  | { readonly kind: 'other'; readonly what: string };

/** A command that stops or starts a server. */
export type ControlCommand =
  | { readonly kind: 'program'; readonly words: readonly [string, ...string[]] }
  /** Typed by a person, for a shell. */
  | { readonly kind: 'shell'; readonly line: string };

export type StopPlan =
  | ControlCommand
  /** No server runs, and nobody would start one. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'shutdown' };

export type StartPlan =
  | ControlCommand
  /** As it was started before. */
  | { readonly kind: 'again'; readonly command: ProgramStart }
  /** The person starts it. The command is null where nobody knows it. */
  | { readonly kind: 'by-hand'; readonly command: string | null };
