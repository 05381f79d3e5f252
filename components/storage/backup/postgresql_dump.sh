# Copies each database as its owner, who may do nothing elsewhere. Each copy is the database at one moment.
# Other programs learn of a copy by its sums, which come last.
set -euo pipefail
for known in "$USERS"/*/; do
  name=$(basename "$known")
  PGPASSWORD=$(cat "$known/password") pg_dump --host="$HOST" --port="$PORT" --username="$(cat "$known/user")" \
    --dbname="$name" --no-password --format=custom --no-owner --no-privileges --file="$WORK/$name.dump"
  echo "$name: $(wc -c < "$WORK/$name.dump") bytes"
done
cd "$WORK"
sha256sum ./*.dump > SHA256SUMS
