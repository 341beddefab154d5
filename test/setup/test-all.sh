#!/usr/bin/env bash
# `npm run test:all`: everything that can be checked on this machine. Installs what the live suites
# need (root only), builds, lints, checks types (the build does), runs the hermetic tests and every
# live suite whose commands are there, and ends with the tests that failed, the suites left out and
# `N passed, M failed`.
# Exit 1 if anything failed; with CI=true also if a suite was left out.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

passed=0
failed=0
status=0
left_out=()
problems=()

finish() {
  local line
  echo
  for line in "${problems[@]}"; do echo "failed: $line"; done
  for line in "${left_out[@]}"; do echo "left out: $line"; done
  if [ "${#left_out[@]}" -gt 0 ] && [ "${CI:-}" = true ]; then
    echo 'failed: with CI=true no suite may be left out'
    status=1
  fi
  echo "$passed passed, $failed failed"
  exit "$status"
}

note_problem() {
  problems+=("$1")
  status=1
}

heading() { printf '\n== %s\n' "$1"; }

# Runs ava with the arguments given, and adds up what it prints: a line for each test. A test that failed, one
# that a time limit of ava left pending, and a file that ended badly (an uncaught exception, a signal) are
# problems each. A run that ends badly without one counts as one failure.
run_ava() {
  local name=$1 line output pass fail=0 code=0
  shift
  heading "$name"
  output=$(mktemp)
  npx ava "$@" | tee "$output" || code=$?
  pass=$(grep -c '^  ✔ ' "$output")
  while IFS= read -r line; do
    problems+=("$name: $line")
    fail=$((fail + 1))
  done < <(sed -n -e 's/^  ✘ \[fail\]: //p' -e 's/^  \(◌ .*\)$/still running: \1/p' \
    -e 's/^  ✘ \(.* exited .*\)$/\1/p' "$output")
  rm -f "$output"
  if [ "$code" -ne 0 ]; then
    note_problem "$name (ava ended with $code)"
    [ "$fail" -gt 0 ] || fail=1
  fi
  passed=$((passed + pass))
  failed=$((failed + fail))
}

# The folders of test/ that the hermetic run leaves out, as package.json has them.
live_suites() {
  node -p "require('./package.json').ava.files.filter((p) => p.startsWith('!')).map((p) => p.split('/')[2]).join('\n')"
}

# The packages whose commands a suite needs and does not find.
missing_for() {
  local package command suites
  while read -r package command suites; do
    case " $suites " in *" $1 "*) ;; *) continue ;; esac
    case $package in '#'*) continue ;; esac
    command -v "$command" >/dev/null || echo "$package"
  done <test/setup/debian-packages.txt
}

heading 'Debian packages'
bash test/setup/install-debian-packages.sh

heading 'build'
if ! { npm run -s clean && npm run -s build; }; then
  note_problem 'build; no test was run'
  finish
fi

heading 'lint'
npm run -s lint || note_problem 'lint'

run_ava 'hermetic tests'
for suite in $(live_suites); do
  [ -n "$(find "test/$suite" -name '*.test.ts' -print -quit 2>/dev/null)" ] || continue
  # An attack is by one user on another, and only root can be both.
  if [ "$suite" = attacks ] && [ "$(id -u)" -ne 0 ]; then
    left_out+=("test/$suite, for want of root")
    continue
  fi
  missing=$(missing_for "$suite")
  if [ -n "$missing" ]; then
    left_out+=("test/$suite, for want of ${missing//$'\n'/ }")
    continue
  fi
  run_ava "$suite tests" --config test/setup/ava-live.config.js "dist/test/$suite/**"
done
finish
