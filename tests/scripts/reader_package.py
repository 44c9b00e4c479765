#!/usr/bin/env python3
"""Installs tweestap::reader into an empty folder and builds docs/examples with what is there and nothing else.

    reader_package.py CMAKE BUILD EXAMPLES COMPILER
"""
import pathlib
import subprocess
import sys
import tempfile

# What a program that reads events must not bring along.
_OF_THE_SERVICE = ("rocksdb", "spdlog", "prometheus", "phonenumber", "argon2")


def run(*command: object) -> str:
    done = subprocess.run([str(part) for part in command], check=False, capture_output=True, text=True, timeout=240)
    if done.returncode != 0:
        sys.exit(f"{' '.join(str(part) for part in command)} ended with {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def main() -> int:
    cmake, build, examples, compiler = sys.argv[1:]
    # A sanitizer that the library was built with is the program's too.
    cache = (pathlib.Path(build) / "CMakeCache.txt").read_text(encoding="utf-8").splitlines()
    sanitizers = [line.partition("=")[2] for line in cache if line.startswith("TWEESTAP_SANITIZE:")]
    flags = f"-fsanitize={sanitizers[0]}" if sanitizers and sanitizers[0] else ""
    with tempfile.TemporaryDirectory(prefix="tweestap-test-") as folder:
        place = pathlib.Path(folder)
        run(cmake, "--install", build, "--component", "reader", "--prefix", place / "installed")
        run(cmake, "-G", "Ninja", "-S", examples, "-B", place / "build", f"-DCMAKE_PREFIX_PATH={place / 'installed'}",
            f"-DCMAKE_CXX_COMPILER={compiler}", f"-DCMAKE_CXX_FLAGS={flags}")
        run(cmake, "--build", place / "build")
        needed = run("readelf", "--dynamic", place / "build" / "code_alarm")
        brought = [name for name in _OF_THE_SERVICE if f"lib{name}" in needed]
        if brought or "librdkafka" not in needed:
            sys.exit(f"the program needs {brought} of the service\n{needed}")
        usage = subprocess.run([place / "build" / "code_alarm"], check=False, capture_output=True, text=True, timeout=60)
        if usage.returncode != 2 or "usage" not in usage.stderr:
            sys.exit(f"the program does not run: {usage}")
    print("reader_package: installed, found, built, run")
    return 0


if __name__ == "__main__":
    sys.exit(main())
