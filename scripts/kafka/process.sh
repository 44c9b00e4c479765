# shellcheck shell=bash
# One broker's process: started, found again, ended.
# Sourced by scripts/kafka-broker, after jars.sh and settings.sh.
# shellcheck disable=SC2154  # folder, signal, owner and the like are the caller's arguments

broker_log=$folder/broker.log
pid_file=$folder/broker.pid
# Stands in the broker's command line, for `ps` and for us.
mark=-Dtweestap.broker=$folder

# How long it may take, in seconds. A start takes some 5 and a stop 1, on two cores; other tests may keep them busy.
start_seconds=120
stop_seconds=60
closing_seconds=5

# One start or stop of a folder at a time.
lock_folder() {
  mkdir -p -- "$folder"
  exec 9>"$folder/lock"
  local seconds=$((start_seconds + stop_seconds))
  flock -w "$seconds" 9 || fail "another start or stop of $folder has not ended in $(duration "$seconds")"
}

# The pid of the broker on this folder. One that belongs to another process by now is not taken for it.
broker_pid() {
  local pid
  pid=$(cat -- "$pid_file" 2>/dev/null) && [[ $pid =~ ^[1-9][0-9]*$ ]] || return 1
  LC_ALL=C grep -qzxF -- "$mark" "/proc/$pid/cmdline" 2>/dev/null || return 1
  printf '%s' "$pid"
}

# Its last thread has ended, which is the one that closes its ports and files. It may wait in the process table for its parent to look.
ended() { # PID
  local states
  states=$(cat "/proc/$1"/task/*/stat 2>/dev/null | sed 's/.*) \(.\).*/\1/' | tr -d 'ZX\n') || true
  [ -z "$states" ]
}

announce() { # PID
  say "kafka-broker: 127.0.0.1:$(kept_port BROKER), folder $folder, pid $1"
}

# An ApiVersions request of version 0, correlation id 7, which a broker answers before a login too. Through TLS bash cannot ask.
speaks_kafka() {
  local answer
  [[ $(setting listener.security.protocol.map "$settings") != *BROKER:*SSL* ]] || return 0
  answer=$( (
    exec 3<>"/dev/tcp/127.0.0.1/$port"
    printf '\0\0\0\012\0\022\0\0\0\0\0\007\377\377' >&3
    timeout 5 head -c 8 <&3 | od -An -v -tx1 | tr -d ' \n'
  ) 2>/dev/null) || return 1
  [[ $answer == ????????00000007 ]]
}

answers() {
  grep -q 'Kafka Server started' "$broker_log" && speaks_kafka
}

# The storage's own file of its identity is written last, so a format that was interrupted is done again.
format_storage() {
  [ -e data/meta.properties ] ||
    java -cp "$class_path" kafka.tools.StorageTool format --ignore-formatted --config server.properties \
      "--cluster-id=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')"
}

# Ends the broker when the process that wanted it has ended; ends by itself when the broker does.
follow_owner() { # BROKER_PID
  [ -n "$owner" ] || return 0
  # shellcheck disable=SC2016  # it is the inner shell that fills them in
  setsid bash -c '
    while kill -0 "$1" && kill -0 "$2"; do sleep 1; done
    kill -0 "$1" || exec "$3" stop --kill --folder "$4"
  ' owner "$owner" "$1" "$root/scripts/kafka-broker" "$folder" </dev/null >/dev/null 2>&1 9>&- &
}

# In a process of its own: `quietly` runs it beside its bar, and an interrupt must not leave a broker that nobody waits for.
launch() (
  pid=''
  trap '[ -z "$pid" ] || kill -KILL "$pid"; exit 1' INT TERM HUP
  cd -- "$folder" || exit
  rm -rf tmp && mkdir tmp || exit
  : >"$broker_log" || exit
  read -ra java_options <<<"${KAFKA_HEAP_OPTS:--Xmx512m} ${KAFKA_JVM_PERFORMANCE_OPTS:--XX:+UseSerialGC -XX:TieredStopAtLevel=1}"
  class_path="$root/scripts/kafka:$jars/*"
  format_storage || exit
  setsid java "${java_options[@]}" -XX:-UsePerfData -Djava.io.tmpdir=tmp "$mark" -cp "$class_path" kafka.Kafka server.properties \
    </dev/null >"$broker_log" 2>&1 9>&- &
  pid=$!
  printf '%s\n' "$pid" >"$pid_file" || exit
  follow_owner "$pid"
  give_up=$((SECONDS + start_seconds))
  until answers; do
    kill -0 "$pid" 2>/dev/null || { say "error: it ended while it started"; exit 1; }
    [ "$SECONDS" -lt "$give_up" ] || {
      kill -KILL "$pid"
      say "error: it did not answer in $(duration "$start_seconds")"
      exit 1
    }
    sleep 0.1
  done
)

# A broker that was killed just now closes its ports last of all.
refuse_taken() { # FLAG PORT
  local give_up=$((SECONDS + closing_seconds))
  while listens "$2" && [ "$SECONDS" -lt "$give_up" ]; do sleep 0.1; done
  ! listens "$2" || fail "something already listens on 127.0.0.1:$2, maybe another broker. Stop it, or choose another port: $1 N"
}

start() {
  local pid
  command -v java >/dev/null || fail "Java is not installed. Run: scripts/install-dependencies kafka"
  fetch
  umask 077 # properties may have passwords
  lock_folder
  local asked_port=$port asked_controller_port=$controller_port
  choose_properties
  for _ in {1..5}; do
    port=$asked_port controller_port=$asked_controller_port
    choose_ports
    if pid=$(broker_pid); then
      all_properties | cmp -s - "$settings" || fail "it runs already, with other ports or properties: pid $pid, $settings. Stop it first."
      follow_owner "$pid"
      say "kafka-broker: it runs already" >&2
      announce "$pid"
      return
    fi
    $chosen_port || refuse_taken --port "$port"
    $chosen_controller_port || refuse_taken --controller-port "$controller_port"
    all_properties >"$settings"
    if quietly "Starting Kafka $version" "$folder/start.log" launch >&2; then
      announce "$(broker_pid)"
      return
    fi
    # Between the choice of a free port and the broker's use of it somebody was quicker: choose again, but not for ever.
    if ! { $chosen_port || $chosen_controller_port; } || ! grep -q 'Address already in use' "$broker_log"; then break; fi
    rm -f -- "$settings"
  done
  show_log
  fail "the broker did not start; its last words are above"
}

# The last lines, without the frames of stack traces: what went wrong, and what led there.
show_log() {
  say "The last lines of $folder/start.log and broker.log:" >&2
  cat -- "$folder/start.log" "$broker_log" | { grep -vE '^[[:space:]]+(at|\.\.\.) ' || true; } | tail -n 12 >&2
}

stop() {
  local pid give_up
  [ ! -d "$folder" ] || lock_folder
  pid=$(broker_pid) || {
    say "kafka-broker: not running, folder $folder"
    return
  }
  give_up=$((SECONDS + stop_seconds))
  kill -s "$signal" "$pid" || ended "$pid"
  until ended "$pid"; do
    [ "$SECONDS" -lt "$give_up" ] || {
      show_log
      fail "pid $pid has not ended $(duration "$stop_seconds") after SIG$signal; its last words are above. Add --kill for SIGKILL."
    }
    sleep 0.05
  done
  rm -f -- "$pid_file"
  say "kafka-broker: stopped, folder $folder"
}

status() {
  local pid
  pid=$(broker_pid) || {
    say "kafka-broker: not running, folder $folder"
    return 1
  }
  announce "$pid"
}
