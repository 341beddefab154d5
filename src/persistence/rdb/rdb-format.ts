// Which kind of RDB a file is. Redis and Valkey share most of the format and differ in the rest.

/** `REDIS0011` is Redis's magic and version 11. Valkey has its own magic from version 80 on. */
export interface RdbFormat {
  readonly magic: 'REDIS' | 'VALKEY';
  readonly version: number;
}
