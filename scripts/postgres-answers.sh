#!/usr/bin/env bash
# Whether a PostgreSQL lets us in, or, where there is no psql, listens at least.
#
#   scripts/postgres-answers.sh postgres://postgres@127.0.0.1:5432/postgres
set -euo pipefail

if command -v psql >/dev/null; then
    PGCONNECT_TIMEOUT=5 exec psql --no-password --no-psqlrc --quiet --command='SELECT 1' "$1" >/dev/null 2>&1
fi
place=${1#*://}
place=${place##*@} place=${place%%/*} place=${place%%\?*}
host=${place%:*} port=5432
[[ $place != *:* ]] || port=${place##*:}
(exec 3<>"/dev/tcp/$host/$port") 2>/dev/null
