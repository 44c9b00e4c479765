#!/usr/bin/env python3
"""Runs one lint over the tree: check.py NAME. Each finding is a line; the exit status is 1 when there is one."""
import importlib
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]


def main() -> int:
    found = importlib.import_module(sys.argv[1]).findings(ROOT)
    for finding in found:
        print(finding)
    print(f"{sys.argv[1]}: {len(found)} findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
