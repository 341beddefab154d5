import path from 'node:path';

import test from 'ava';

import {
  type BenchOptions,
  BenchUsageError,
  benchHelp,
  parseBenchOptions,
  parseSize,
} from './bench-options.js';

const choices = {
  cases: ['first', 'scattered', 'nights'],
  peers: ['redis-rewind', 'cp', 'borg'],
  temporary: '/temporary',
};

function parse(...argv: readonly string[]): BenchOptions {
  return parseBenchOptions(argv, choices);
}

test('without options everything is measured five times at 850 MB', (t) => {
  t.deepEqual(parse(), {
    dumpBytes: 850e6,
    runs: 5,
    nights: 365,
    seed: 1,
    cases: choices.cases,
    peers: choices.peers,
    historyPeers: [],
    work: '/temporary/redis-rewind-bench',
    json: null,
    keep: false,
    clean: false,
    help: false,
  });
});

test('options are read with and without an equals sign', (t) => {
  const line =
    '--size 50MB --runs=3 --seed 7 --cases nights,first --peers=borg --history-peers borg --work here --json - --keep';
  const options = parse(...line.split(' '));
  t.is(options.dumpBytes, 50e6);
  t.is(options.runs, 3);
  t.is(options.seed, 7);
  t.deepEqual(options.cases, ['nights', 'first']);
  t.deepEqual(options.peers, ['borg']);
  t.deepEqual(options.historyPeers, ['borg']);
  t.is(options.work, path.resolve('here'));
  t.is(options.json, '-');
  t.true(options.keep);
});

test('an empty list of programs is a list', (t) => {
  t.deepEqual(parse('--peers', '').peers, []);
});

test('sizes are decimal, from 1 MB to 8 GB', (t) => {
  t.is(parseSize('1MB'), 1e6);
  t.is(parseSize('1.5GB'), 1.5e9);
  t.is(parseSize('6gb'), 6e9);
  for (const wrong of ['0.9MB', '8.1GB', '50', 'MB', '-1MB', '50 MB', '1e3MB', '50MiB']) {
    t.throws(() => parseSize(wrong), { instanceOf: BenchUsageError, message: /--size/ }, wrong);
  }
});

test('a count that is none is refused', (t) => {
  for (const wrong of ['0', '-1', '1.5', 'many', '']) {
    t.throws(() => parse(`--runs=${wrong}`), { instanceOf: BenchUsageError }, wrong);
  }
  t.is(parse('--seed', '0').seed, 0);
  t.is(parse('--nights', '92').nights, 92);
  t.throws(() => parse('--nights', '30'), { message: /--nights/ });
});

test('a case, a program or an option that does not exist is named', (t) => {
  t.throws(() => parse('--cases', 'first,frist'), { message: /'frist'.*first, scattered/ });
  t.throws(() => parse('--peers', 'tar'), { message: /'tar'/ });
  t.throws(() => parse('--history-peers', 'tar'), { message: /--history-peers: 'tar'/ });
  t.throws(() => parse('--fast'), { instanceOf: BenchUsageError, message: /--fast/ });
  t.throws(() => parse('here'), { instanceOf: BenchUsageError });
});

test('the help names every option and every choice', (t) => {
  const help = benchHelp(choices);
  for (const word of ['--size', '--history-peers', '--clean', 'scattered', 'borg']) {
    t.true(help.includes(word), word);
  }
});
