// Names of users and groups, and their numbers on this machine. Backups keep and restore the numbers. Names
// are for people, and show where a name has another number here. /etc/passwd and /etc/group are read once,
// when first needed. What they do not hold is asked of the name service (getent: LDAP, sssd, systemd), once
// for each name or number.
import * as fs from 'node:fs';
import { SystemError, UsageError } from '../../../errors.js';
import { runProgram } from '../../programs/run-program.js';

/** An owner from an option. Null leaves the user or the group as it is. */
export interface ParsedOwner {
  readonly uid: number | null;
  readonly gid: number | null;
}

/** The name of a user; null where the number has no name here. */
export function userName(uid: number): string | null {
  return users.byId(uid)?.name ?? null;
}

/** The name of a group; null where the number has no name here. */
export function groupName(gid: number): string | null {
  return groups.byId(gid)?.name ?? null;
}

/** The number of a user; null where no user has this name here. */
export function userId(name: string): number | null {
  return users.byName(name)?.id ?? null;
}

/** The number of a group; null where no group has this name here. */
export function groupId(name: string): number | null {
  return groups.byName(name)?.id ?? null;
}

/**
 * Reads `USER:GROUP`, `USER` or `:GROUP` as chown does, with names or numbers. `USER:` is the user with
 * their login group. Digits alone are a number, whether or not it is known here.
 * @throws UsageError for a name that is not known here, and for any other text
 */
export function parseOwner(text: string): ParsedOwner {
  const match = /^([^:]*)(:?)([^:]*)$/.exec(text);
  const [, user, colon, group] = match ?? [];
  if (user === undefined || group === undefined || user + group === '') {
    throw new UsageError(`'${text}' is not an owner`, { hint: FORMS });
  }
  const uid = user === '' ? null : parseId(user, 'user', users);
  if (group !== '') return { uid, gid: parseId(group, 'group', groups) };
  return { uid, gid: colon === '' || uid === null ? null : loginGroup(text, uid) };
}

const FORMS = "write USER:GROUP, with names or numbers, such as 'redis:redis'";

/** The greatest number is 2^32 - 2. To chown(2), 2^32 - 1 means "leave unchanged". */
const MAX_ID = 0xffff_fffe;

interface Entry {
  readonly name: string;
  readonly id: number;
  /** The login group of a user; null for a group. */
  readonly loginGroup: number | null;
}

/** One database of the name service, `passwd` or `group`. */
class NameList {
  readonly #database: 'passwd' | 'group';
  readonly #names = new Map<string, Entry | null>();
  readonly #ids = new Map<number, Entry | null>();
  #isLoaded = false;

  constructor(database: 'passwd' | 'group') {
    this.#database = database;
  }

  byName(name: string): Entry | null {
    this.#load();
    let entry = this.#names.get(name);
    if (entry === undefined) {
      // getent would take digits for a number, and a leading `-` for an option.
      entry = /^(?:\d+|-.*|)$/.test(name) ? null : this.#ask(name);
      this.#names.set(name, entry);
    }
    return entry;
  }

  byId(id: number): Entry | null {
    this.#load();
    let entry = this.#ids.get(id);
    if (entry === undefined) {
      entry = this.#ask(String(id));
      this.#ids.set(id, entry);
    }
    return entry;
  }

  #load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    for (const entry of readEntries(this.#readFile())) {
      // The first of several entries counts, as in a lookup by the C library.
      if (!this.#names.has(entry.name)) this.#names.set(entry.name, entry);
      if (!this.#ids.has(entry.id)) this.#ids.set(entry.id, entry);
    }
  }

  #readFile(): string {
    try {
      return fs.readFileSync(`/etc/${this.#database}`, 'utf8');
    } catch {
      return '';
    }
  }

  /** Asks for an entry that the file does not hold. Null also where getent is not installed. */
  #ask(key: string): Entry | null {
    try {
      const { code, stdout } = runProgram('getent', [this.#database, key]);
      return code === 0 ? (readEntries(stdout.toString('utf8'))[0] ?? null) : null;
    } catch (error) {
      if (error instanceof SystemError) return null;
      throw error;
    }
  }
}

const users = new NameList('passwd');
const groups = new NameList('group');

/** Reads lines such as `redis:x:105:112:…`. Comments and NIS lines are skipped. */
function readEntries(text: string): Entry[] {
  return text.split('\n').flatMap((line) => {
    const [name, , id, group] = line.split(':');
    if (name === undefined || name === '' || id === undefined || !/^\d+$/.test(id)) return [];
    const gid = group !== undefined && /^\d+$/.test(group) ? Number(group) : null;
    return [{ name, id: Number(id), loginGroup: gid }];
  });
}

function parseId(text: string, kind: 'user' | 'group', list: NameList): number {
  if (/^\d+$/.test(text)) {
    const id = Number(text);
    if (id <= MAX_ID) return id;
    throw new UsageError(`'${text}' is not the number of a ${kind}`, { hint: FORMS });
  }
  const entry = list.byName(text);
  if (entry !== null) return entry.id;
  throw new UsageError(`there is no ${kind} '${text}' on this machine`, {
    hint: `add the ${kind}, or give its number`,
  });
}

function loginGroup(text: string, uid: number): number {
  const group = users.byId(uid)?.loginGroup ?? null;
  if (group !== null) return group;
  throw new UsageError(`the login group of '${text}' is not known on this machine`, {
    hint: FORMS,
  });
}
