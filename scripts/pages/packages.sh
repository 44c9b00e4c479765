# shellcheck shell=bash
# What drives the browser in the tests of the pages, from npm: fetched once, and only with the bytes that package-lock.json has the sums of.
# Sourced after steps.sh.

pages_lock=$root/tests/pages/package-lock.json
pages_folder=$root/build/pages

# How long npm may take over it, in seconds: 5 MB on a slow line.
pages_fetch_seconds=600

# The folder is moved there whole, so that one that is there was fetched to the end; one of other versions is fetched anew.
have_pages_packages() {
  cmp -s "$pages_lock" "$pages_folder/package-lock.json"
}

fetch_pages_packages() {
  have_pages_packages || fetch_pages_packages_anew
}

# In a process of its own, whose end gives the lock back.
fetch_pages_packages_anew() (
  command -v npm >/dev/null || fail "npm is not installed. Run: scripts/install-dependencies pages"
  log=build/pages-fetch.log
  fresh=$pages_folder.fetching
  mkdir -p build
  exec 8>build/pages-fetch.lock
  flock -w "$pages_fetch_seconds" 8 || fail "another fetch has not ended in $(duration "$pages_fetch_seconds")"
  if have_pages_packages; then exit 0; fi
  rm -rf -- "$fresh"
  mkdir -p "$fresh"
  cp -- "$root/tests/pages/package.json" "$pages_lock" "$fresh"
  # `npm ci` takes what the lock file names and nothing else; no package may run a script of its own.
  # In the folder and not by --prefix, which would look for the machine's own settings of npm there too.
  quietly "Fetching playwright-core and axe-core (5 MB, only once)" "$log" timeout "$pages_fetch_seconds" \
    env --chdir "$fresh" npm ci --ignore-scripts --no-audit --no-fund >&2 || {
    show_failure "$log"
    fail "npm could not fetch them; all it said is in $log. It needs the npm registry, or a mirror of it in ~/.npmrc."
  }
  rm -rf -- "$pages_folder"
  mv -- "$fresh" "$pages_folder"
)
