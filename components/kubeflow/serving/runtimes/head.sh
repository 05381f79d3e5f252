model=""
if [ -n "$MODEL_ID" ]; then model="--model_dir=$MODEL_ID"; fi
if [ -n "$MODEL_DIR" ]; then model="--model_dir=$MODEL_DIR"; fi

export RAY_ADDRESS="$POD_IP:$RAY_PORT"
ray start --head --disable-usage-stats --include-dashboard false
python ./huggingfaceserver/health_check.py registered_nodes --retries 200 --probe_name runtime_start

# What follows a script given with -c is $0, $1 and so on: the arguments of the container, all of them.
exec python -m huggingfaceserver $model \
  --tensor-parallel-size="$TENSOR_PARALLEL_SIZE" \
  --pipeline-parallel-size="$PIPELINE_PARALLEL_SIZE" "$0" "$@"
