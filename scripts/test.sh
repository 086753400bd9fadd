#!/usr/bin/env bash
# Runs every test that this machine can run, and names what it had to leave out.
#
#   VITRINE_REQUIRE_ALL=1   both engines, Redis and the browser must be there
#   VITRINE_TEST_POSTGRES   the PostgreSQL to test on [postgres://postgres@127.0.0.1:5432/postgres]
#   CHROMIUM                the browser [/usr/bin/chromium]
set -euo pipefail
cd "$(dirname "$0")/.."

export CHROMIUM=${CHROMIUM:-/usr/bin/chromium}
postgres=${VITRINE_TEST_POSTGRES:-postgres://postgres@127.0.0.1:5432/postgres}
left_out=()

have() { command -v "$1" >/dev/null 2>&1; }

step() {
    printf '\n== %s\n' "$1"
    shift
    "$@"
}

# What takes longer than so many seconds is given up, where there is a program for that.
within() { if have timeout; then timeout "$@"; else shift && "$@"; fi; }

leave_out() { left_out+=("$1"); }

# Leaves something out, unless nothing may be left out.
require() {
    if [ "${VITRINE_REQUIRE_ALL:-}" = 1 ]; then
        echo "VITRINE_REQUIRE_ALL=1, but $1" >&2
        exit 1
    fi
    leave_out "$1"
}

scripts/postgres-answers.sh "$postgres" || require "PostgreSQL does not let us in: its half of the tests is left out"
have redis-server || require "redis-server is not installed: tests of budgets that replicas share are left out"
have npm || require "npm is not installed: GraphiQL, its browser test, the audits and the clients of shops are left out"
[ -x "$CHROMIUM" ] || require "$CHROMIUM is not there: the browser test is left out"

step 'format' cargo fmt --all --check
step 'lints' cargo clippy --workspace --all-targets -- -D warnings
if cargo nextest --version >/dev/null 2>&1; then
    step 'tests' cargo nextest run --workspace
else
    step 'tests' cargo test --workspace --lib --bins --tests
fi
step 'tests in documentation' cargo test --workspace --doc --quiet

if have npm; then
    step 'GraphiQL page' make --no-print-directory web
    [ ! -x "$CHROMIUM" ] || step 'GraphiQL in a browser' scripts/with-demo.sh npm --prefix web test
    [ ! -f web/test/audits.mjs ] || step 'GraphQL over HTTP' scripts/with-demo.sh node web/test/audits.mjs
    step 'sockets and streams' scripts/with-demo.sh node web/test/sockets.mjs
    step 'documents of clients' make --no-print-directory documents
fi
if cargo deny --version >/dev/null 2>&1; then
    step 'licences and sources of dependencies' cargo deny check bans licenses sources
    if within 60 cargo deny fetch db >/dev/null 2>&1; then
        step 'known weaknesses of dependencies' cargo deny check advisories
    else
        leave_out 'the list of known weaknesses cannot be fetched: dependencies are not looked up in it'
    fi
else
    leave_out 'cargo-deny is not installed: licences and sources of dependencies are not checked'
fi
if have typos; then
    step 'spelling' typos
else
    leave_out 'typos is not installed: spelling is not checked'
fi

echo
for reason in "${left_out[@]}"; do echo "left out: $reason"; done
echo 'All that ran has passed.'
