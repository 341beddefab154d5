// A duel: an attack program against the program, and the same attack against a naive victim. The naive victim
// proves that the attack works: it must lose. The program must not lose once. Both fight for a share of the time,
// and for a least number of runs, whichever takes longer. Before each run the attacker stands still, while the last
// run is judged and the arena is made anew.
import type { ExecutionContext } from 'ava';
import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { Arena } from './arena.js';
import { Attacker, type AttackProgram } from './attacker.js';
import { type Ending, runAsProcess, runHere } from './program.js';

export interface Duel {
  /** Makes what stands in the arena before a run. */
  readonly setUp: (arena: Arena) => void | Promise<void>;
  readonly attack: (arena: Arena) => AttackProgram;
  /** Reads what the attack program prints once it has begun. */
  readonly begun?: (attacker: Attacker) => Promise<void>;
  /** One run of a victim that follows paths. It may fail. */
  readonly naive: (arena: Arena) => void | Promise<void>;
  /** The command line of one run of the program. */
  readonly commandLine: (arena: Arena) => readonly string[];
  /** What shows that the attack has won the run; nothing if it has not. */
  readonly signsOfWinning: (arena: Arena) => string[] | Promise<string[]>;
  /** How many tries the attack makes against the program at the least, where it is few; a thousand if left out. */
  readonly leastTries?: number;
  /** How many runs of the program there are at the least, where a run lasts seconds; 20 if left out. */
  readonly leastRuns?: number;
  /** True: no run may go well. False: some runs must go well in spite of the attack. Left out: either will do. */
  readonly isRefused?: boolean;
  /** The command line of a run without the attack, which must go well; the same if left out. */
  readonly peaceful?: (arena: Arena) => readonly string[];
}

/** How long the attacks last together, in minutes, if ATTACK_MINUTES does not say. */
const MINUTES = 1.5;
/** About as many duels share the time. */
const DUELS = 24;
export const SHARE_MS = (readMinutes() * 60_000) / DUELS;
/** Runs of the program, at the least. */
const RUNS = 20;
/** One in so many runs is a process of its own. */
const PROCESS_EVERY = 10;
/** The naive victim has lost by then, or the attack does not work. */
const NAIVE_MOST_MS = SHARE_MS + 40_000;
const NAIVE_MS = 25;
/** An attacker that has stood still takes a moment to be at work again. */
const WAKING_MS = 4;
const TRIES = 1000;
/** Done, or done with something to look at. */
const PEACEFUL: readonly number[] = [0, 3];

function readMinutes(): number {
  const text = process.env['ATTACK_MINUTES'] ?? String(MINUTES);
  const minutes = Number(text);
  if (minutes > 0 && Number.isFinite(minutes)) return minutes;
  throw new Error(`ATTACK_MINUTES is '${text}', which is not a number of minutes`);
}

interface Outcome {
  readonly runs: number;
  readonly tries: number;
  /** What showed each win. */
  readonly wins: readonly string[];
}

/** Fails where the program loses once, or where the naive victim never loses. */
export async function fight(t: ExecutionContext, duel: Duel): Promise<void> {
  t.timeout(SHARE_MS * 10 + 240_000);
  const arena = await Arena.create(t);
  const control = await fightNaive(t, arena, duel);
  t.true(control.wins.length > 0, 'the attack itself no longer works: a naive victim withstood it');
  await makePeace(t, arena, duel);
  const { runs, tries, wins } = await fightProgram(t, arena, duel);
  t.log(
    `a naive victim lost after ${control.runs} runs; the program lost ${wins.length} of ${runs} runs, ${tries} tries`,
  );
  t.deepEqual(wins.slice(0, 5), [], `won ${wins.length} of ${runs} runs`);
  t.true(runs >= (duel.leastRuns ?? RUNS), `${runs} runs`);
  t.true(tries >= (duel.leastTries ?? TRIES), `${tries} tries`);
}

/** Until the first win. */
async function fightNaive(t: ExecutionContext, arena: Arena, duel: Duel): Promise<Outcome> {
  const begunMs = performance.now();
  return engage(t, arena, duel, {
    run: async () => {
      // A naive run takes less time than it takes the attacker to wake up, so one is many.
      const startedMs = performance.now();
      while (performance.now() - startedMs < NAIVE_MS) {
        try {
          await duel.naive(arena);
        } catch {
          // A name was gone, or was something else. A victim may fail, as long as it loses in the end.
        }
      }
    },
    isOver: ({ wins }) => wins.length > 0 || performance.now() - begunMs > NAIVE_MOST_MS,
  });
}

async function fightProgram(t: ExecutionContext, arena: Arena, duel: Duel): Promise<Outcome> {
  const startedMs = performance.now();
  const endings = new Map<string, number>();
  const leastRuns = duel.leastRuns ?? RUNS;
  let openAtFirst = 0;
  const outcome = await engage(t, arena, duel, {
    run: async (number) => {
      const args = duel.commandLine(arena);
      const ending = await (number % PROCESS_EVERY === 0 ? runAsProcess(args) : runHere(args));
      requireAnEnd(t, ending);
      const key = `exit ${ending.code}`;
      endings.set(key, (endings.get(key) ?? 0) + 1);
      if (number === 1) openAtFirst = countOpen();
    },
    isOver: ({ runs }) => runs >= leastRuns && performance.now() - startedMs > SHARE_MS,
  });
  t.log([...endings].map(([ending, count]) => `${ending}: ${count} times`).join(', '));
  const isDone = PEACEFUL.some((code) => endings.has(`exit ${code}`));
  if (duel.isRefused !== undefined) t.is(isDone, !duel.isRefused, 'whether a run went well');
  const openAtLast = countOpen();
  t.true(
    openAtLast < openAtFirst + leastRuns / 2,
    `${openAtFirst}, then ${openAtLast} are left open`,
  );
  return outcome;
}

/** How many files and folders this process has open. A run that an attack ends must close its own too. */
function countOpen(): number {
  return readdirSync('/proc/self/fd').length;
}

interface Side {
  readonly run: (number: number) => Promise<void>;
  readonly isOver: (outcome: Outcome) => boolean;
}

async function engage(t: ExecutionContext, arena: Arena, duel: Duel, side: Side): Promise<Outcome> {
  await arena.clear();
  await duel.setUp(arena);
  const attacker = await Attacker.start(duel.attack(arena), arena.attacker);
  t.teardown(() => attacker.kill());
  await duel.begun?.(attacker);
  const wins: string[] = [];
  let runs = 0;
  do {
    attacker.holdStill();
    await arena.clear();
    await duel.setUp(arena);
    attacker.goOn();
    await delay(WAKING_MS);
    await side.run(runs);
    attacker.holdStill();
    runs += 1;
    const signs = await duel.signsOfWinning(arena);
    if (signs.length > 0) wins.push(signs.slice(0, 3).join('; '));
  } while (!side.isOver({ runs, wins, tries: 0 }));
  return { runs, wins, tries: await attacker.stop() };
}

/** Without an attack the program does its work: else it would only have been kept from working. */
async function makePeace(t: ExecutionContext, arena: Arena, duel: Duel): Promise<void> {
  await arena.clear();
  await duel.setUp(arena);
  const { code, stderr } = await runHere((duel.peaceful ?? duel.commandLine)(arena));
  t.true(PEACEFUL.includes(code ?? -1), `without an attack: exit ${code}: ${stderr}`);
}

/** A run may fail, but not by a fault of the program. */
function requireAnEnd(t: ExecutionContext, { code, stderr }: Ending): void {
  t.false(code === null || /this is a defect|\n {4}at /.test(stderr), `exit ${code}: ${stderr}`);
}
