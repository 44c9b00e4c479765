# shellcheck shell=bash
# Kafka's jars: fetched once, and never taken for whole when they are not.
# Sourced by scripts/kafka-broker, after steps.sh.

pom=$root/scripts/kafka/pom.xml
version=$(sed -n 's:.*<kafka\.version>\(.*\)</kafka\.version>.*:\1:p' "$pom")
jars=$root/build/kafka/$version

# How long Maven may take over it, in seconds: 50 MB, and the plugin that copies them, on a slow line.
fetch_seconds=900

# whole FOLDER: every jar is there, with the bytes that were there when the version was chosen.
whole() {
  (cd -- "$1" && sha256sum --check --strict --quiet "$root/scripts/kafka/jars.sha256") 2>&1
}

fetch() {
  # A look at the sums is a tenth of a second, a small part of the broker's start.
  if ! whole "$jars" >/dev/null; then fetch_anew; fi
}

# In a process of its own, whose end gives the lock back.
fetch_anew() (
  command -v mvn >/dev/null || fail "Maven is not installed. Run: scripts/install-dependencies kafka"
  log=build/kafka/fetch.log
  fresh=$jars.fetching
  mkdir -p build/kafka
  exec 8>build/kafka/fetch.lock
  flock -w "$fetch_seconds" 8 || fail "another fetch has not ended in $(duration "$fetch_seconds")"
  if whole "$jars" >/dev/null; then exit 0; fi
  rm -rf -- "$fresh"
  quietly "Fetching Kafka $version (45 MB, only once)" "$log" timeout "$fetch_seconds" \
    mvn -q -B -f "$pom" dependency:copy-dependencies -DincludeScope=runtime "-DoutputDirectory=$fresh" >&2 || {
    show_failure "$log"
    fail "Maven could not fetch Kafka; all it said is in $log. It needs Maven Central, or a mirror of it in ~/.m2/settings.xml."
  }
  whole "$fresh" >>"$log" || {
    tail -n 5 "$log" >&2
    fail "what Maven fetched to $fresh is not what scripts/kafka/jars.sha256 says; after a change of the version, write that file anew from there"
  }
  rm -rf -- "$jars"
  mv -- "$fresh" "$jars"
)
