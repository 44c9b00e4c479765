# shellcheck shell=bash
# How the scripts here talk: what is being done in a line each, other people's output in a log that is shown only when it failed.
# Sourced, after `set -euo pipefail`; the scripts work from the root of the tree wherever they were started.
root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
cd -- "$root" || exit
jobs=$(nproc)
export CCACHE_DIR=${CCACHE_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/ccache}

say() { printf '%s\n' "$*"; }

fail() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}

duration() { # SECONDS -> "6 min 3 s"
  if [ "$1" -ge 60 ]; then printf '%d min %d s' $(($1 / 60)) $(($1 % 60)); else printf '%d s' "$1"; fi
}

# The bar of one step, from the "[12/340]" of ninja or the " 3/12 Test" of ctest at the end of its log.
draw_bar() { # SENTENCE LOG STARTED
  local done_of filled=0 counted=''
  done_of=$(tail -c 4000 "$2" | sed -nE 's/^\[? *([0-9]+)\/([0-9]+)(\]| Test).*/\1 \2/p' | tail -n 1)
  if [ -n "$done_of" ]; then
    filled=$((${done_of% *} * 24 / ${done_of#* }))
    counted="${done_of/ // }, "
  fi
  printf '\r%s [%-24s] %s%s\033[K' "$1" "$(printf '%*s' "$filled" '' | tr ' ' '#')" "$counted" "$(duration $((SECONDS - $3)))"
}

# What a reader needs of a failed step's log: from the first error on, or the end of it.
show_failure() { # LOG
  local line
  line=$(grep -nE -m 1 '^FAILED|^CMake Error|error:' "$1" | cut -d: -f1 || true)
  if [ -n "$line" ]; then sed -n "${line},$((line + 50))p" "$1"; else tail -n 40 "$1"; fi >&2
}

# quietly SENTENCE LOG COMMAND...: says the sentence, runs the command into the log; a bar on a terminal, one line elsewhere.
quietly() {
  local sentence=$1 log=$2 started=$SECONDS status=0
  shift 2
  mkdir -p "$(dirname "$log")"
  if [ -t 1 ]; then
    "$@" </dev/null >"$log" 2>&1 &
    local child=$!
    # A background command ignores the terminal's interrupt, so it is ended by hand.
    trap 'kill "$child" 2>/dev/null; printf "\n"; exit 130' INT TERM
    while kill -0 "$child" 2>/dev/null; do
      draw_bar "$sentence" "$log" "$started"
      sleep 0.2
    done
    wait "$child" || status=$?
    trap - INT TERM
    printf '\r%s: %s\033[K\n' "$sentence" "$(duration $((SECONDS - started)))"
  else
    printf '%s ... ' "$sentence"
    "$@" </dev/null >"$log" 2>&1 || status=$?
    duration $((SECONDS - started))
    printf '\n'
  fi
  return "$status"
}

configure_and_build() { # PRESET TARGET [CMAKE_OPTION...]
  local preset=$1 target=$2
  shift 2
  quietly "Configuring ($preset)" "build/$preset/configure.log" cmake --preset "$preset" "$@" || {
    show_failure "build/$preset/configure.log"
    fail "CMake could not configure the build; all it said is in build/$preset/configure.log. After a change of compiler or distribution, remove build/$preset and try again."
  }
  quietly "Building ($preset)" "build/$preset/build.log" cmake --build "build/$preset" --parallel "$jobs" --target "$target" || {
    show_failure "build/$preset/build.log"
    fail "the build failed; all it said is in build/$preset/build.log"
  }
}
