#!/bin/sh
# Runs the program of PostgreSQL that it is called by. Debian keeps those of each release in a folder of its own,
# and in /usr/bin scripts that look for servers it has set up itself.
for folder in /opt/slipway/postgresql/usr/lib/postgresql/*/bin /usr/lib/postgresql/*/bin; do
  [ ! -x "$folder/${0##*/}" ] || exec "$folder/${0##*/}" "$@"
done
echo "${0##*/} is in no folder of PostgreSQL" >&2
exit 127
