# Copies each database as its own user, who may do nothing elsewhere. Each copy is the database at one moment.
# Other programs learn of a copy by its sums, which come last.
set -euo pipefail
for known in "$USERS"/*/; do
  name=$(basename "$known")
  MYSQL_PWD=$(cat "$known/password") mysqldump --host="$HOST" --port="$PORT" --user="$(cat "$known/user")" \
    --ssl-mode=REQUIRED --single-transaction --quick --no-tablespaces --set-gtid-purged=OFF \
    --routines --triggers --events --hex-blob --default-character-set=utf8mb4 "$name" \
    | gzip > "$WORK/$name.sql.gz"
  echo "$name: $(wc -c < "$WORK/$name.sql.gz") bytes"
done
cd "$WORK"
sha256sum ./*.sql.gz > SHA256SUMS
