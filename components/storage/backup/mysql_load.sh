# Puts a copy in the place of databases. Everything is looked at before anything is changed.
set -euo pipefail
refuse() { echo "refused: $*" >&2; exit 1; }
ask() {
  name=$1
  shift
  MYSQL_PWD=$(cat "$USERS/$name/password") mysql --host="$HOST" --port="$PORT" --ssl-mode=REQUIRED \
    --user="$(cat "$USERS/$name/user")" --default-character-set=utf8mb4 --batch --skip-column-names "$@"
}
names=()
for file in "$WORK"/*.sql.gz; do
  name=$(basename "$file" .sql.gz)
  [ -d "$USERS/$name" ] || refuse "the copy holds the database $name, which this server has not"
  gzip -dc "$file" | tail -n 1 | grep -q '^-- Dump completed' || refuse "the copy of $name is not whole"
  tables=$(ask "$name" --execute="SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = '$name'")
  if [ "$tables" != 0 ] && [ "${REPLACE:-}" != yes ]; then
    refuse "$name is not empty ($tables tables); REPLACE=yes puts the copy in their place"
  fi
  names+=("$name")
done
for name in "${names[@]}"; do
  # A later version's tables would otherwise stay beside those of the copy.
  ask "$name" --execute="DROP DATABASE IF EXISTS \`$name\`; CREATE DATABASE \`$name\`"
  gzip -dc "$WORK/$name.sql.gz" | ask "$name" --database="$name"
  echo "$name: restored"
done
