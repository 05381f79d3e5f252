#!/bin/bash
# Starts MariaDB with options of MySQL 8.4: those that both know are handed on, the others become what comes
# nearest. Whichever plugin for passwords a statement names, MariaDB takes its own, which clients of MySQL know.
set -euo pipefail
home=/opt/slipway/mariadb/usr
# As MySQL, it says nothing of a password that is refused: probes come without one.
options=(--no-defaults --basedir="$home" --character-set-server=utf8mb4 --log-warnings=1)
initialize= statements= run=/var/run/mysqld
for option; do
  case $option in
    --initialize-insecure) initialize=yes ;;
    --init-file=*) statements=${option#*=} ;;
    --socket=*) run=$(dirname "${option#*=}"); options+=("$option") ;;
    --disable-log-bin) options+=(--skip-log-bin) ;;
    # Files are kept from statements by a folder that holds none.
    --secure-file-priv=NULL) options+=(--secure-file-priv=/var/lib/mysql-files) ;;
    --mysqlx=* | --mysql-native-password=*) ;;
    *) options+=("$option") ;;
  esac
done

if [ "$initialize" ]; then
  normal=(--auth-root-authentication-method=normal --skip-test-db --skip-name-resolve)
  said=$(mariadb-install-db "${options[@]}" "${normal[@]}" 2>&1) || { echo "$said" >&2; exit 1; }
  # As of MySQL there is one superuser, who comes by the socket.
  exec mariadbd "${options[@]}" --bootstrap << 'END'
DELETE FROM mysql.global_priv WHERE Host <> 'localhost';
DELETE FROM mysql.proxies_priv WHERE Host <> 'localhost';
END
fi
if [ "$statements" ]; then
  # They hold passwords: they go through a pipe, and are nowhere in another file.
  pipe=$run/statements
  rm -f "$pipe"
  mkfifo --mode=600 "$pipe"
  sed -E 's/IDENTIFIED WITH [a-z0-9_]+ BY/IDENTIFIED BY/' "$statements" > "$pipe" &
  options+=(--init-file="$pipe")
fi
exec mariadbd "${options[@]}"
