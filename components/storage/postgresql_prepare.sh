# Makes the data folder of PostgreSQL where there is none, then databases and owners, while the server listens
# to nobody but this script. The folder gets its name once it is whole, so that a start that is cut off leaves
# nothing that looks like a database.
set -euo pipefail
if [ ! -d "$DATA_FOLDER" ]; then
  rm -rf "$DATA_FOLDER.new"
  initdb --pgdata="$DATA_FOLDER.new" --username=postgres --encoding=UTF8 \
    --auth-local=trust --auth-host=scram-sha-256
  mv "$DATA_FOLDER.new" "$DATA_FOLDER"
fi
# A statement that fails is not logged: it may hold a password.
pg_ctl start --wait --pgdata="$DATA_FOLDER" --timeout=600 \
  --options="-c listen_addresses='' -c hba_file='$ACCESS_FILE' -c log_min_error_statement=panic"
psql --username=postgres --dbname=postgres --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --file="$STATEMENTS"
pg_ctl stop --wait --mode=fast --pgdata="$DATA_FOLDER"
