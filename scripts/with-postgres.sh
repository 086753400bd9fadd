#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own, which is gone afterwards; the command finds its address in
# VITRINE_TEST_POSTGRES. Takes PostgreSQL's programs, but no running server.
#
#   scripts/with-postgres.sh make test
set -euo pipefail
cd "$(dirname "$0")/.."

bin=$(dirname "$(command -v initdb || find /usr/lib/postgresql -name initdb 2>/dev/null | sort -V | tail -n 1)")
[ -x "$bin/initdb" ] || { echo 'with-postgres: there is no initdb' >&2; exit 1; }
folder=$(mktemp -d)
# PostgreSQL refuses to run as root.
as_owner() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
[ "$(id -u)" != 0 ] || chown postgres "$folder"

port=$((20000 + RANDOM % 20000))
while (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do port=$((port + 1)); done

as_owner "$bin/initdb" --auth=trust --username=postgres --encoding=UTF8 --no-sync --pgdata="$folder/data" >/dev/null
trap 'as_owner "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null || true; rm -rf "$folder"' EXIT
as_owner "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w \
    -o "-c listen_addresses=127.0.0.1 -p $port -k $folder -c max_connections=200" start >/dev/null

export VITRINE_TEST_POSTGRES="postgres://postgres@127.0.0.1:$port/postgres"
"$@"
