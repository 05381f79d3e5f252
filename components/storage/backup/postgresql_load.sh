# Puts a copy in the place of databases. Everything is looked at before anything is changed; each database
# changes as a whole or not at all.
set -euo pipefail
refuse() { echo "refused: $*" >&2; exit 1; }
ask() {
  name=$1
  shift
  PGPASSWORD=$(cat "$USERS/$name/password") psql --host="$HOST" --port="$PORT" --no-password --no-psqlrc --quiet \
    --username="$(cat "$USERS/$name/user")" --dbname="$name" --set=ON_ERROR_STOP=1 --tuples-only --no-align "$@"
}
OURS="nspname NOT IN ('information_schema', 'pg_catalog', 'pg_toast') AND nspname NOT LIKE 'pg_temp%'"
names=()
for file in "$WORK"/*.dump; do
  name=$(basename "$file" .dump)
  [ -d "$USERS/$name" ] || refuse "the copy holds the database $name, which this server has not"
  # The schema that every database has is made below, and not by the copy.
  pg_restore --list "$file" | grep -v ' SCHEMA - public ' > "$WORK/$name.list" \
    || refuse "the copy of $name is not whole"
  pg_restore --no-owner --no-privileges --use-list="$WORK/$name.list" --file="$WORK/$name.sql" "$file" \
    || refuse "the copy of $name is not whole"
  tables=$(ask "$name" --command="SELECT COUNT(*) FROM pg_class JOIN pg_namespace n ON n.oid = relnamespace
    WHERE relkind IN ('r', 'p', 'v', 'm', 'S') AND $OURS")
  if [ "$tables" != 0 ] && [ "${REPLACE:-}" != yes ]; then
    refuse "$name is not empty ($tables tables, views and sequences); REPLACE=yes puts the copy in their place"
  fi
  ask "$name" --command="SELECT format('DROP SCHEMA %I CASCADE;', nspname) FROM pg_namespace
    WHERE $OURS" > "$WORK/$name.drop.sql"
  echo 'CREATE SCHEMA public;' >> "$WORK/$name.drop.sql"
  names+=("$name")
done
for name in "${names[@]}"; do
  ask "$name" --single-transaction --file="$WORK/$name.drop.sql" --file="$WORK/$name.sql" > /dev/null
  echo "$name: restored"
done
