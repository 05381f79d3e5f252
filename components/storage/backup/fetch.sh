# Brings a copy into the pod: the newest whole one, or the one whose name is given.
set -eu
refuse() { echo "refused: $*" >&2; exit 1; }
# What is not there yet is empty (rclone's exit code 3); any other failure ends the script.
list() { rclone lsf "$@" || [ $? = 3 ]; }
whole() { list "$TARGET/$SERVER/$1" | grep -qx SHA256SUMS; }
there=$(list --dirs-only "$TARGET/$SERVER")
known() { echo "$there" | grep -E '^[0-9]{8}T[0-9]{6}Z/$' | tr -d / | sort -r; }
copy=${COPY:-latest}
if [ "$copy" = latest ]; then
  copy=""
  for name in $(known); do
    if whole "$name"; then
      copy=$name
      break
    fi
  done
  [ -n "$copy" ] || refuse "there is no copy of $SERVER in $TARGET"
else
  known | grep -qx -- "$copy" || refuse "there is no copy '$copy' of $SERVER; allowed: latest $(known | tr '\n' ' ')"
  whole "$copy" || refuse "the copy $copy of $SERVER is not whole"
fi
rclone copy "$TARGET/$SERVER/$copy" "$WORK"
cd "$WORK"
sha256sum -c SHA256SUMS
echo "fetched: $copy"
