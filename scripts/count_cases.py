#!/usr/bin/env python3
"""Counts the test cases of one or more folders of results, and prints "N passed, N failed".

A folder holds ctest.xml (what ctest ran) and one JSON file for each GoogleTest program that ctest ran. An entry of ctest counts as its
GoogleTest cases where it has them and as one case otherwise. A program that ended before it wrote its cases counts as one failed case:
what it would have shown is unknown, and must not look like fewer tests.
"""
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def cases_of(result: pathlib.Path) -> tuple[int, int]:
    """(passed, failed) of one GoogleTest program."""
    report = json.loads(result.read_text(encoding="utf-8"))
    failed = report["failures"] + report.get("errors", 0)
    return report["tests"] - report["disabled"] - failed, failed


def count(folder: pathlib.Path) -> tuple[int, int]:
    passed = failed = 0
    for entry in ElementTree.parse(folder / "ctest.xml").getroot().iter("testcase"):
        succeeded = entry.get("status") == "run"
        result = folder / f"{entry.get('name')}.json"
        case_passed, case_failed = cases_of(result) if result.exists() else (int(succeeded), 0)
        # A sanitizer's finding at exit, or a time limit, fails an entry whose cases all passed.
        if not succeeded and case_failed == 0:
            case_failed = 1
        passed += case_passed
        failed += case_failed
    return passed, failed


def main() -> int:
    totals = [count(pathlib.Path(argument)) for argument in sys.argv[1:]]
    passed, failed = (sum(column) for column in zip(*totals))
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
