#!/bin/bash
# Runs the client of MariaDB that has the same name, with what the options of MySQL's about encryption mean there.
set -euo pipefail
options=()
for option; do
  case $option in
    --ssl-mode=REQUIRED) options+=(--ssl) ;;
    --ssl-mode=VERIFY_*) options+=(--ssl --ssl-verify-server-cert) ;;
    *) options+=("$option") ;;
  esac
done
exec "/opt/slipway/mariadb/usr/bin/${0##*/}" "${options[@]}"
