#!/usr/bin/env python3
"""Shows that the verdict of scripts/test cannot be better than what ctest saw."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "count_cases.py"


class Verdict(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def ran(self, **entries: str) -> None:
        cases = "".join(f'<testcase name="{name}" status="{status}"/>' for name, status in entries.items())
        (self.folder / "ctest.xml").write_text(f"<testsuite>{cases}</testsuite>", encoding="utf-8")

    def wrote(self, name: str, tests: int, failures: int = 0, disabled: int = 0) -> None:
        report = {"tests": tests, "failures": failures, "disabled": disabled, "errors": 0}
        (self.folder / f"{name}.json").write_text(json.dumps(report), encoding="utf-8")

    def says(self, line: str, status: int) -> None:
        done = subprocess.run([sys.executable, SCRIPT, self.folder], capture_output=True, text=True, check=False)
        self.assertEqual((done.stdout.strip(), done.returncode), (line, status), done.stderr)

    def test_counts_cases_and_not_programs(self):
        self.ran(domain="run", lint="run")
        self.wrote("domain", 40)
        self.says("41 passed, 0 failed", 0)

    def test_counts_each_failed_case(self):
        self.ran(domain="fail")
        self.wrote("domain", 40, failures=3)
        self.says("37 passed, 3 failed", 1)

    def test_a_program_that_died_is_a_failed_case(self):
        self.ran(domain="fail", http="run")
        self.wrote("http", 2)
        self.says("2 passed, 1 failed", 1)

    def test_a_finding_at_exit_fails_a_program_whose_cases_passed(self):
        self.ran(domain="fail")
        self.wrote("domain", 40)
        self.says("40 passed, 1 failed", 1)

    def test_what_did_not_run_did_not_pass(self):
        self.ran(domain="run", http="notrun")
        self.wrote("domain", 3, disabled=1)
        self.says("2 passed, 1 failed", 1)

    def test_nothing_is_no_success(self):
        self.ran()
        self.says("0 passed, 0 failed", 1)


if __name__ == "__main__":
    unittest.main()
