# RoCE: which adapters are up, and the index of their IPv4 addresses, for NCCL, NVSHMEM and UCX.
if [ "${KSERVE_INFER_ROCE:-}" = true ]; then
  kind="${KSERVE_INFER_IB_GID_INDEX_GREP:-RoCE v2}"
  adapters=(); indices=()
  for port in /sys/class/infiniband/mlx5_*/ports/1; do
    grep -q ACTIVE "$port/state" 2> /dev/null || continue
    adapter="${port%/ports/1}"
    of_kind=""
    for type in "$port"/gid_attrs/types/*; do
      grep -q "$kind" "$type" 2> /dev/null || continue
      of_kind=yes
      # The address behind ffff: is an IPv4 one.
      if grep -q ffff: "$port/gids/${type##*/}" 2> /dev/null; then
        indices+=("${type##*/}")
        break
      fi
    done
    if [ -n "$of_kind" ]; then adapters+=("${adapter##*/}"); fi
  done
  if [ ${#adapters[@]} -gt 0 ]; then
    names="$(IFS=,; echo "${adapters[*]}")"
    ports="$(IFS=,; echo "${adapters[*]/%/:1}")"
    export NCCL_IB_HCA="${NCCL_IB_HCA:-$names}"
    export NVSHMEM_HCA_LIST="${NVSHMEM_HCA_LIST:-$ports}"
    export UCX_NET_DEVICES="${UCX_NET_DEVICES:-$ports}"
  fi
  # The index that most adapters have; of equals 3, which virtual functions usually have, else the first.
  declare -A count=()
  for index in "${indices[@]}"; do count[$index]=$((${count[$index]:-0} + 1)); done
  best=""; most=0
  for index in 3 "${indices[@]}"; do
    if [ "${count[$index]:-0}" -gt "$most" ]; then best="$index"; most="${count[$index]}"; fi
  done
  best="${NCCL_IB_GID_INDEX:-$best}"
  if [ -n "$best" ]; then
    export NCCL_IB_GID_INDEX="$best"
    export NVSHMEM_IB_GID_INDEX="${NVSHMEM_IB_GID_INDEX:-$best}"
    export UCX_IB_GID_INDEX="${UCX_IB_GID_INDEX:-$best}"
  fi
  echo "RoCE: adapters ${NCCL_IB_HCA:-none}, GID index ${NCCL_IB_GID_INDEX:-none}"
fi
