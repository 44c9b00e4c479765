"""Refuses a program that was linked without the hardening of cmake/hardening.cmake.

    hardening.py PROGRAM [--fortified]

Flags can be lost on the way (a target that sets its own, a linker's default), so this reads the finished file.
"""
import pathlib
import platform
import re
import subprocess
import sys


def _readelf(program: pathlib.Path) -> str:
    # A program without section headers or notes is an answer; a file that is no ELF is not, and ends this with readelf's own words.
    return subprocess.run(
        ["readelf", "--wide", "--file-header", "--program-headers", "--dynamic", "--dyn-syms", "--notes", program],
        capture_output=True, text=True, check=True).stdout


def _traits(fortified: bool) -> list[tuple[str, str]]:
    traits = [
        ("position independent (PIE)", r"FLAGS_1\).*\bPIE\b"),
        ("read-only relocations (RELRO)", r"GNU_RELRO"),
        ("symbols bound at start (BIND_NOW)", r"\(FLAGS\).*BIND_NOW|FLAGS_1\).*\bNOW\b"),
        ("stack not executable", r"GNU_STACK.*\bRW\b +0x"),
        ("stack protector", r"__stack_chk_fail"),
    ]
    if fortified:
        traits.append(("fortified calls", r"__\w+_chk\b(?<!__stack_chk)"))
    return traits


def _marks_branch_targets(program: pathlib.Path) -> bool:
    """Whether our code is compiled for CET. The ELF note cannot tell: the linker drops it because Debian's crt1.o has none."""
    if platform.machine() != "x86_64":
        return True
    code = subprocess.run(["objdump", "--disassemble=main", program], capture_output=True, text=True, check=True).stdout
    return "endbr64" in code


def findings(program: pathlib.Path, fortified: bool) -> list[str]:
    text = _readelf(program)
    lost = [name for name, pattern in _traits(fortified) if not re.search(pattern, text)]
    if not _marks_branch_targets(program):
        lost.append("marked branch targets (CET)")
    return [f"{program}: lost '{name}'" for name in lost]


if __name__ == "__main__":
    found = findings(pathlib.Path(sys.argv[1]), "--fortified" in sys.argv[2:])
    print("\n".join(found) if found else f"{sys.argv[1]}: hardened")
    sys.exit(1 if found else 0)
