#!/usr/bin/env python3
"""Runs one lint over the tree: check.py NAME. Each finding is a line; the exit status is 1 when there is one."""
import importlib
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]


def names() -> list[str]:
    """The lints of a tree: every program beside this one that tells what it finds in one."""
    return sorted(path.stem for path in HERE.glob("*.py") if "\ndef findings(root: " in path.read_text(encoding="utf-8"))


def main() -> int:
    known = names()
    if len(sys.argv) != 2 or sys.argv[1] not in known:
        print(f"usage: check.py NAME, where NAME is one of: {', '.join(known)}", file=sys.stderr)
        return 2
    found = importlib.import_module(sys.argv[1]).findings(ROOT)
    for finding in found:
        print(finding)
    print(f"{sys.argv[1]}: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
