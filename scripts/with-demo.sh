#!/usr/bin/env bash
# Runs a command while a demo shop is served on a free port; the command finds its address in VITRINE_URL, its data in
# VITRINE_DEMO and the program in VITRINE_PROGRAM.
#
#   scripts/with-demo.sh npm --prefix web test
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --quiet
folder=$(mktemp -d)
# Settings of tests mean nothing to it.
program=$(realpath "${CARGO_TARGET_DIR:-target}/debug/vitrine")
env -u VITRINE_REQUIRE_ALL -u VITRINE_TEST_POSTGRES "$program" \
    demo --data "$folder/shop" --listen 127.0.0.1:0 >"$folder/output" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$folder"' EXIT

for _ in $(seq 300); do
    VITRINE_URL=$(sed -n 's|^ *GraphiQL *\(http://[^/]*\)/graphiql$|\1|p' "$folder/output")
    [ -z "$VITRINE_URL" ] || break
    kill -0 "$server" 2>/dev/null || break
    sleep 0.2
done
if [ -z "$VITRINE_URL" ]; then
    echo 'The demo did not start:' >&2
    cat "$folder/output" >&2
    exit 1
fi
export VITRINE_URL VITRINE_DEMO="$folder/shop" VITRINE_PROGRAM="$program"
"$@"
