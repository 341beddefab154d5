// The rows of the table of options that are about schedules.
import type { OptionSpec } from './option-spec.js';

export const SCHEDULE_OPTIONS = [
  {
    name: 'daily',
    value: 'HH:MM',
    help: 'once a day at this time',
    commands: ['schedule'],
  },
  {
    name: 'every',
    value: 'SPAN',
    help: 'again and again, such as 15m or 6h',
    commands: ['schedule'],
  },
  {
    name: 'cron',
    value: 'FIELDS',
    help: "as crontab has it, such as '30 2 * * 1-5'",
    commands: ['schedule'],
  },
  {
    name: 'install',
    help: 'put it in place of the former one of REPO',
    commands: ['schedule'],
  },
  {
    name: 'remove',
    help: 'take away what is scheduled for REPO',
    commands: ['schedule'],
  },
  {
    name: 'list',
    help: 'show what was scheduled by this program',
    commands: ['schedule'],
  },
  {
    name: 'systemd',
    help: 'a service and a timer, and no crontab line',
    commands: ['schedule'],
  },
  {
    name: 'env-file',
    value: 'FILE',
    help: 'variables for the run, such as credentials',
    commands: ['schedule'],
  },
] as const satisfies readonly OptionSpec[];
