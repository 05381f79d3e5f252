# Brings the bucket outside up to date. What was replaced or removed since the last time is kept beside it under
# the time of this run, and forgotten later.
set -eu
refuse() { echo "refused: $*" >&2; exit 1; }
# What is not there yet is empty (rclone's exit code 3); any other failure ends the script.
list() { rclone lsf "$@" || [ $? = 3 ]; }
copies="$TARGET/$SERVER"
# An empty bucket is what a store looks like that lost its volume.
now=$(list "$SOURCE")
kept=$(list "$copies/objects")
if [ -z "$now" ] && [ -n "$kept" ]; then
  refuse "the bucket is empty, and its copy is not"
fi
rclone sync "$SOURCE" "$copies/objects" --backup-dir "$copies/replaced/$(date -u +%Y%m%dT%H%M%SZ)"
echo "kept: $copies/objects"

oldest=$(date -u -d "@$(($(date +%s) - KEEP_DAYS * 86400))" +%Y%m%d)
list --dirs-only "$copies/replaced" | grep -E '^[0-9]{8}T[0-9]{6}Z/$' | while read -r old; do
  if [ "${old%%T*}" -lt "$oldest" ]; then
    rclone purge "$copies/replaced/${old%/}"
    echo "forgotten: ${old%/}"
  fi
done
