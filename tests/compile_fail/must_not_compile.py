#!/usr/bin/env python3
"""must_not_compile.py CASE.cpp COMPILER FLAG...: the case compiles without its offence, and is refused with it for the reason it names."""
import pathlib
import re
import subprocess
import sys


def compile_case(command: list[str]) -> tuple[bool, str]:
    # The compiler's words are matched, so it has to speak plain English.
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"LC_ALL": "C", "PATH": "/usr/bin:/bin"})
    return done.returncode == 0, done.stderr


def main() -> int:
    source, compiler = pathlib.Path(sys.argv[1]), sys.argv[2:]
    first_line = source.read_text(encoding="utf-8").split("\n", 1)[0]
    reason = re.fullmatch(r"// refused: (.+)", first_line)
    if not reason:
        print(f"{source}: the first line has to be '// refused: REGEX'")
        return 1
    compiles, words = compile_case([*compiler, str(source)])
    if not compiles:
        print(f"{source}: does not compile even without its offence, so it shows nothing:\n{words}")
        return 1
    compiles, words = compile_case([*compiler, "-DTWEESTAP_OFFENCE", str(source)])
    if compiles:
        print(f"{source}: compiles with its offence")
        return 1
    if not re.search(reason.group(1), words):
        print(f"{source}: refused, but not with '{reason.group(1)}':\n{words}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
