// The rows of the table of options that name a server.
import type { OptionSpec } from './option-spec.js';

export const SERVER_OPTIONS = [
  {
    name: 'redis',
    value: 'URL',
    isSecret: true,
    help: 'the server: redis://…, rediss://…, unix:///PATH',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'host',
    short: 'h',
    value: 'HOST',
    help: "the server's host (default 127.0.0.1)",
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'port',
    short: 'p',
    value: 'PORT',
    help: "the server's port (default 6379)",
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'socket',
    short: 's',
    value: 'PATH',
    help: "the server's socket, instead of host and port",
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'auth',
    short: 'a',
    aliases: ['pass'],
    value: 'PASSWORD',
    isSecret: true,
    help: 'password; safer in REDISCLI_AUTH or a file',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'pass-file',
    value: 'FILE',
    help: 'read the password from the first line of FILE',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'user',
    value: 'NAME',
    help: 'the ACL user',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'tls',
    help: 'speak TLS, as rediss:// does',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'cacert',
    value: 'FILE',
    help: "the authority of the server's certificate",
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'cert',
    value: 'FILE',
    help: 'the certificate of this client',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'key',
    value: 'FILE',
    help: 'the private key for --cert',
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
  {
    name: 'sentinel',
    value: 'ADDRESSES',
    repeatable: true,
    isSecret: true,
    help: 'ask Sentinels for the server: HOST[:PORT],…',
    commands: ['backup', 'aof'],
  },
  {
    name: 'master',
    value: 'NAME',
    help: 'the name of the primary, if they know several',
    commands: ['backup', 'aof'],
  },
  {
    name: 'prefer',
    value: 'ROLE',
    help: 'replica: one on this machine, if there is one',
    commands: ['backup', 'aof'],
  },
  {
    name: 'sentinel-user',
    value: 'NAME',
    help: 'the ACL user of the Sentinels',
    commands: ['backup', 'aof'],
  },
  {
    name: 'sentinel-pass-file',
    value: 'FILE',
    help: 'read their password from FILE',
    commands: ['backup', 'aof'],
  },
  {
    name: 'redis-conf',
    value: 'FILE',
    help: "the server's configuration, if CONFIG is denied",
    helpOf: {
      aof: "the server's configuration, also to be edited",
      recover: "the server's configuration; it need not run",
    },
    commands: ['backup', 'watch', 'recover', 'aof'],
  },
] as const satisfies readonly OptionSpec[];
