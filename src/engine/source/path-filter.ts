// What is left out of a backup. Rules are tried in the order given, and the first that applies decides. A
// rule applies to a path that it matches, and to all that lies in a folder that it matches: --include keeps
// the path, --exclude leaves it out. An --include also keeps the folders that lead to a possible match.
// If no rule applies, debris that Redis left behind is left out and the rest is kept.
//
// A pattern is a glob (glob.ts) relative to SOURCE. Without a '/' it is a name at any depth. With a '/', or
// as `./name`, it begins at SOURCE. A '/' at its end restricts it to folders. As in rdiff-backup a pattern
// may also be absolute, and must then begin with SOURCE.
import { UsageError } from '../../errors.js';
import { isAsideName } from '../../repository/layout.js';
import {
  type BytePath,
  baseName,
  isWithin,
  parsePath,
  pathFromText,
} from '../../system/files/byte-path.js';
import { type Glob, parseGlob, reachOf } from './glob.js';

/** Rules are tried in the order given. */
export interface PathRule {
  readonly kind: 'include' | 'exclude';
  /** A glob; docs/cli.md has its grammar. */
  readonly pattern: string;
}

export interface PathDecision {
  readonly leftOut: boolean;
  /** Why it is left out; null where it is kept. */
  readonly why: 'debris' | 'excluded' | null;
}

export interface PathFilter {
  /**
   * Decides on a path relative to SOURCE, but not on SOURCE itself. Callers do not ask about what lies in
   * a folder that is left out: all of that is left out too.
   */
  decide(path: BytePath, isDirectory: boolean): PathDecision;
}

/**
 * @param sourceNames absolute paths of SOURCE (as it was typed, and its real path) with which a
 *   pattern may begin
 * @throws UsageError for a pattern that could never match, or that would match something else than meant
 */
export function createPathFilter(
  rules: readonly PathRule[],
  sourceNames: readonly BytePath[] = [],
): PathFilter {
  const compiled = rules.map((rule) => compileRule(rule, sourceNames));
  return {
    decide(path, isDirectory) {
      for (const rule of compiled) {
        const decision = applyRule(rule, path, isDirectory);
        if (decision !== null) return decision;
      }
      return isDebris(path, isDirectory) ? { leftOut: true, why: 'debris' } : KEPT;
    },
  };
}

const KEPT: PathDecision = { leftOut: false, why: null };
const EXCLUDED: PathDecision = { leftOut: true, why: 'excluded' };

interface CompiledRule {
  readonly kind: PathRule['kind'];
  readonly glob: Glob;
  readonly isForDirectories: boolean;
}

/** What a rule says about a path; null where it says nothing. */
function applyRule(rule: CompiledRule, path: BytePath, isDirectory: boolean): PathDecision | null {
  const reach = reachOf(rule.glob, path);
  const isMatch =
    reach === 'below' || (reach === 'match' && (isDirectory || !rule.isForDirectories));
  if (rule.kind === 'exclude') return isMatch ? EXCLUDED : null;
  return isMatch || (reach === 'above' && isDirectory) ? KEPT : null;
}

/** Forms that other programs have. Here they would be plain text, and match nothing that was meant. */
const FOREIGN_FORMS: readonly { readonly form: RegExp; readonly hint: string }[] = [
  {
    form: /^ignorecase:/i,
    hint: "upper and lower case are different here: write both, such as '[Dd]ump.rdb'",
  },
  {
    form: /^(?:regex|re|glob|sh|fm|p[fmp]):/,
    hint: 'a pattern is a glob, and has no prefix that says so',
  },
  {
    form: /\{[^{}]*,[^{}]*\}/,
    hint: "give the option once for each of the names; '\\x7B' is a brace of a name",
  },
];

function compileRule(rule: PathRule, sourceNames: readonly BytePath[]): CompiledRule {
  const foreign = FOREIGN_FORMS.find(({ form }) => form.test(rule.pattern));
  if (foreign !== undefined) throw wrongPattern(rule, 'is not a GLOB', foreign.hint);
  const relative = relativeToSource(rule, sourceNames);
  const isForDirectories = relative.endsWith('/');
  const body = isForDirectories ? relative.slice(0, -1) : relative;
  const names = body.replace(/^\.\//, '');
  if (names === '') throw wrongPattern(rule, 'is empty');
  if (names.split('/').some((name) => name === '' || name === '.' || name === '..')) {
    throw wrongPattern(rule, "has a name that is empty, '.' or '..'");
  }
  try {
    const glob = parseGlob(body.includes('/') ? names : `**/${names}`);
    return { kind: rule.kind, glob, isForDirectories };
  } catch (error) {
    if (error instanceof RangeError) throw wrongPattern(rule, `is wrong: ${error.message}`);
    throw error;
  }
}

/** The pattern without the SOURCE that it may begin with. It still begins at SOURCE. */
function relativeToSource(rule: PathRule, sourceNames: readonly BytePath[]): string {
  const { pattern } = rule;
  if (!pattern.startsWith('/')) return pattern;
  for (const source of sourceNames) {
    const folder = source.replace(/\/$/, '');
    const depth = folder.split('/').length;
    const names = pattern.split('/');
    if (names.length > depth && parsePath(names.slice(0, depth).join('/')) === folder) {
      return `./${names.slice(depth).join('/')}`;
    }
  }
  throw wrongPattern(
    rule,
    'does not lie in SOURCE',
    "write it relative to SOURCE: 'NAME' at any depth, './NAME' only at its top",
  );
}

function wrongPattern(rule: PathRule, fault: string, hint?: string): UsageError {
  return new UsageError(`pattern '${rule.pattern}' of --${rule.kind} ${fault}`, {
    typed: rule.pattern,
    hint:
      hint ?? "give a name or a path relative to SOURCE, such as '*.log' or 'appendonlydir/*.aof'",
  });
}

/**
 * What a killed Redis leaves behind: temporary files in its directory and in the folder of its AOF. What a recovery has moved
 * out of the way within the directory. And the folder in which Redis 8.10 keeps hard links to its own files (BACKUP, `backupdirname` by default). Files
 * of such names elsewhere are not debris.
 */
function isDebris(path: BytePath, isDirectory: boolean): boolean {
  const depth = path.split('/').length;
  if (isAsideName(firstName(path))) return isDirectory || depth > 1;
  if (path === BACKUP_FOLDER) return isDirectory;
  if (isWithin(path, BACKUP_FOLDER)) return true;
  return !isDirectory && depth <= 2 && isTemporaryFile(path);
}

/** Whether a file has the name of one that Redis has not finished. */
export function isTemporaryFile(path: BytePath): boolean {
  return TEMPORARY_FILE.test(baseName(path));
}

function firstName(path: BytePath): BytePath {
  return (path.split('/')[0] ?? '') as BytePath;
}

const BACKUP_FOLDER = pathFromText('backupdir');
const TEMPORARY_FILE = /^temp-(?:.*\.(?:rdb|incr|manifest)|rewriteaof-.*\.aof)$/s;
