// Loads the code of a command when the command runs, and not before. So --help and --version answer fast.
import type { RunCommand } from './command.js';
import type { CommandName } from './options/option-spec.js';

const LOADERS: Record<CommandName, () => Promise<RunCommand>> = {
  backup: async () => (await import('./commands/backup.js')).runBackup,
  restore: async () => (await import('./commands/restore.js')).runRestore,
  list: async () => (await import('./commands/list.js')).runList,
  verify: async () => (await import('./commands/verify.js')).runVerify,
  info: async () => (await import('./commands/info.js')).runInfo,
  status: async () => (await import('./commands/status.js')).runStatus,
  schedule: async () => (await import('./commands/schedule.js')).runSchedule,
  watch: async () => (await import('./commands/watch.js')).runWatch,
  recover: async () => (await import('./commands/recover.js')).runRecover,
  aof: async () => (await import('./commands/aof.js')).runAof,
  remove: async () => (await import('./commands/remove.js')).runRemove,
  pin: async () => (await import('./commands/remark.js')).runRemark,
  unpin: async () => (await import('./commands/remark.js')).runRemark,
  tag: async () => (await import('./commands/remark.js')).runRemark,
  untag: async () => (await import('./commands/remark.js')).runRemark,
  confirm: async () => (await import('./commands/remark.js')).runRemark,
  export: async () => (await import('./commands/export.js')).runExport,
  remote: async () => (await import('./commands/remote.js')).runRemote,
  completion: async () => (await import('./commands/completion.js')).runCompletion,
};

export async function loadCommand(name: CommandName): Promise<RunCommand> {
  return LOADERS[name]();
}
