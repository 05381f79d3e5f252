# By number: not every version binds to the name of the leader.
DP_ADDRESS=""
for attempt in $(seq "${DP_ADDRESS_RESOLVE_ATTEMPTS:-30}"); do
  read -r DP_ADDRESS _ < <(getent hosts "$LWS_LEADER_ADDRESS")
  if [ -n "$DP_ADDRESS" ]; then break; fi
  sleep 1
done
DP_ADDRESS="${DP_ADDRESS:-$LWS_LEADER_ADDRESS}"
