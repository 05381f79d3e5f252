head="$HEAD_SVC.$POD_NAMESPACE.svc:6379"
until ray health-check --address "$head" > /dev/null 2>&1; do
  echo "waiting for the head of the Ray cluster at $head"
  sleep 5
done
exec ray start --address="$head" --block
