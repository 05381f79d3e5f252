# Runs beside SeaweedFS. Makes the buckets, says how long its parts are kept, and has the store read its keys
# again whenever they change, so that nobody who uses it is cut off.
set -eu
STATE=${STATE:-/tmp}
rm -f "$STATE/ready"

shell() { weed shell -master=127.0.0.1:9333 -filer=127.0.0.1:8888; }

until wget -q -O /dev/null http://127.0.0.1:8333/status; do sleep 1; done

for bucket in $BUCKET ${FURTHER:-}; do
  until echo "s3.bucket.list" | shell 2>/dev/null | grep -q "^[> ]*$bucket[[:space:]]"; do
    echo "s3.bucket.create -name $bucket" | shell || true
    sleep 1
  done
done

# An age of zero lifts the limit again.
echo "$RETENTION" | while read -r prefix days; do
  if [ -z "$prefix" ]; then
    continue
  elif [ "$days" -gt 0 ]; then
    echo "fs.configure -locationPrefix=/buckets/$BUCKET/$prefix -ttl=${days}d -apply"
  else
    echo "fs.configure -locationPrefix=/buckets/$BUCKET/$prefix -delete -apply"
  fi | shell
done

# Names are kept in a file, for this program may be started anew beside a server that was not.
users() { grep -o '"name": "[^"]*"' "$IDENTITIES" | cut -d '"' -f 4; }
known=""
while true; do
  now=$(sha256sum < "$IDENTITIES")
  if [ "$now" != "$known" ]; then
    signal=HUP
    if [ -f "$STATE/users" ]; then
      while read -r user; do
        # Told to read its file again the server adds and changes users. One that is gone would stay.
        users | grep -qx "$user" || signal=TERM
      done < "$STATE/users"
    fi
    if pkill -"$signal" -x weed; then
      known="$now"
      users > "$STATE/users"
    fi
  fi
  touch "$STATE/ready"
  sleep 5
done
