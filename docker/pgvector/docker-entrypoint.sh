#!/bin/sh
# As the public image: makes a cluster where there is none, and runs the server as the user postgres. What it knows of
# that image's settings is POSTGRES_HOST_AUTH_METHOD, with trust as the only value.
set -eu

if [ "${POSTGRES_HOST_AUTH_METHOD:-}" != trust ]; then
  echo 'This image knows POSTGRES_HOST_AUTH_METHOD=trust and nothing else: it is for networks that nobody else is on.' >&2
  exit 1
fi

as_postgres() { setpriv --reuid postgres --regid postgres --init-groups "$@"; }

if [ ! -s "$PGDATA/PG_VERSION" ]; then
  mkdir -p "$PGDATA" /var/run/postgresql
  chown postgres:postgres "$PGDATA" /var/run/postgresql
  chmod 700 "$PGDATA"
  as_postgres initdb --username=postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync --no-instructions
  sync
  echo 'host all all all trust' >>"$PGDATA/pg_hba.conf"
fi

exec setpriv --reuid postgres --regid postgres --init-groups "$@" -c listen_addresses='*' -c jit=off
