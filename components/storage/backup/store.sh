# Takes a copy out of the pod, looks whether all of it arrived, and forgets old ones: their names are the time.
# A copy counts by its sums, which come last.
set -eu
copy="$TARGET/$SERVER/$(date -u +%Y%m%dT%H%M%SZ)"
rclone copy "$WORK" "$copy" --exclude SHA256SUMS
rclone check "$WORK" "$copy" --exclude SHA256SUMS --one-way
rclone copyto "$WORK/SHA256SUMS" "$copy/SHA256SUMS"
echo "kept: $copy"

oldest=$(date -u -d "@$(($(date +%s) - KEEP_DAYS * 86400))" +%Y%m%d)
rclone lsf --dirs-only "$TARGET/$SERVER" | grep -E '^[0-9]{8}T[0-9]{6}Z/$' | while read -r old; do
  if [ "${old%%T*}" -lt "$oldest" ]; then
    rclone purge "$TARGET/$SERVER/${old%/}"
    echo "forgotten: ${old%/}"
  fi
done
