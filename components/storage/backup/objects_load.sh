# Puts objects back into the bucket: all of the copy, or what the run of a given time replaced and removed.
# Objects that are not in the copy stay.
set -eu
refuse() { echo "refused: $*" >&2; exit 1; }
# What is not there yet is empty (rclone's exit code 3); any other failure ends the script.
list() { rclone lsf "$@" || [ $? = 3 ]; }
copies="$TARGET/$SERVER"
from="$copies/objects"
if [ "${COPY:-latest}" != latest ]; then
  times=$(list --dirs-only "$copies/replaced" | tr -d /)
  echo "$times" | grep -qx -- "$COPY" || refuse "nothing was replaced at '$COPY'; allowed: latest" $times
  from="$copies/replaced/$COPY"
fi
kept=$(list "$from")
now=$(list "$SOURCE")
[ -n "$kept" ] || refuse "there is no copy of $SERVER in $TARGET"
if [ -n "$now" ] && [ "${REPLACE:-}" != yes ]; then
  refuse "the bucket is not empty; REPLACE=yes writes the copy over what has the same name"
fi
rclone copy "$from" "$SOURCE"
echo "restored: $from"
