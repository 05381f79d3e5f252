# Makes the data folder of MySQL where there is none. It gets its name once it is whole, so that a start that
# is cut off leaves nothing that looks like a database. The server sets root's password before it listens.
set -euo pipefail
if [ -d "$DATA_FOLDER" ]; then
  exit 0
fi
rm -rf "$DATA_FOLDER.new"
mysqld --initialize-insecure --datadir="$DATA_FOLDER.new"
mv "$DATA_FOLDER.new" "$DATA_FOLDER"
