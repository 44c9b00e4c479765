# shellcheck shell=bash
# One broker's ports and properties: chosen once, kept in its folder's server.properties.
# Sourced by scripts/kafka-broker, after steps.sh.

# shellcheck disable=SC2154  # folder, port, controller_port, properties and properties_given are the caller's arguments
settings=$folder/server.properties
given_line='# What was given after --, which overrides the lines above.'

# A line of server.properties as the broker will see it: the last one with the name.
setting() { # NAME FILE
  [ ! -e "$2" ] || sed -n "s/^${1//./\\.}=//p" "$2" | tail -n 1
}

kept_port() { # LISTENER
  setting listeners "$settings" | sed -n "s/.*$1:\/\/127\.0\.0\.1:\([0-9]*\).*/\1/p"
}

# What this script depends on.
fixed_properties() {
  cat <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
listeners=BROKER://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
inter.broker.listener.name=BROKER
controller.listener.names=CONTROLLER
log.dirs=data
END
}

# What suits one small node, and may be given otherwise.
default_properties() {
  cat <<'END'
listener.security.protocol.map=BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT
auto.create.topics.enable=false
default.replication.factor=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# Kafka's own topics: 1 partition instead of 50, each of which has files and a second of somebody's start.
offsets.topic.num.partitions=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.num.partitions=1
# There are no other consumers to wait for.
group.initial.rebalance.delay.ms=0
# After a crash the broker waits until its earlier self's session has ended, 9 s otherwise. A broker that only stood still that long
# is without leaders until its next heartbeat, which clients bear.
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
# Compaction's memory, 128 MiB otherwise and taken at the start.
log.cleaner.dedupe.buffer.size=4194304
END
}

all_properties() {
  printf '# Written by scripts/kafka-broker at each start.\n'
  fixed_properties
  default_properties
  printf '%s\n' "$given_line" "${properties[@]}"
}

check_properties() {
  local property
  for property in "${properties[@]}"; do
    [[ $property =~ ^[A-Za-z0-9._-]+= && $property != *$'\n'* ]] || refuse_usage "'$property' is not a line of server.properties, NAME=VALUE"
    if fixed_properties | grep -q "^${property%%=*}="; then
      refuse_usage "${property%%=*} is set by this script; ports and folder have flags of their own"
    fi
  done
}

listens() { # PORT
  (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

# Below the ports that the kernel gives to outgoing connections and to listeners on port 0, which come and go.
free_port() {
  local candidate
  for _ in {1..100}; do
    candidate=$((20000 + SRANDOM % 12000))
    listens "$candidate" || {
      printf '%d' "$candidate"
      return
    }
  done
  fail "of 100 ports between 20000 and 31999, none was free"
}

# Sets port and controller_port. Where one was chosen here and somebody was quicker, another choice is possible.
choose_ports() {
  local kept kept_controller
  kept=$(kept_port BROKER)
  kept_controller=$(kept_port CONTROLLER)
  chosen_port=false
  chosen_controller_port=false
  if [ "${port:-0}" = 0 ] && [ -n "$kept" ]; then
    port=$kept
    : "${controller_port:=$kept_controller}"
  fi
  : "${port:=9092}"
  : "${controller_port:=$((port == 0 ? 0 : port + 1))}"
  [ "$controller_port" -le 65535 ] || fail "after port $port there is none for the controller: --controller-port N"
  while [ "$port" = 0 ] || { $chosen_port && [ "$port" = "$controller_port" ]; }; do
    chosen_port=true
    port=$(free_port)
  done
  while [ "$controller_port" = 0 ] || { $chosen_controller_port && [ "$controller_port" = "$port" ]; }; do
    chosen_controller_port=true
    controller_port=$(free_port)
  done
  [ "$controller_port" != "$port" ] || fail "the clients' port and the controller's are both $port"
}

choose_properties() {
  if ! $properties_given && [ -e "$settings" ]; then
    mapfile -t properties < <(sed "1,/^$given_line\$/d" "$settings")
  fi
  check_properties
}
