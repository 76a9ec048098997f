# The program behind the security package test/instruments/ssp/bridge. Sourced after places.sh.

bridge_log=$runtime/bridge.log

# Starts it and waits until it listens. It ends with the session; a call after its end fails.
start_bridge() {
  export SECUR32_TEST_BRIDGE_PORT=7700
  python3 $here/bridge/serve.py $SECUR32_TEST_BRIDGE_PORT >$bridge_log 2>&1 </dev/null &
  local bridge_id=$!
  until (: </dev/tcp/127.0.0.1/$SECUR32_TEST_BRIDGE_PORT) 2>/dev/null; do
    kill -0 $bridge_id 2>/dev/null || { cat $bridge_log >&2; fail 'the bridge did not start'; }
    sleep 0.05
  done
}
