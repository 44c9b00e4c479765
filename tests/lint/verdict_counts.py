#!/usr/bin/env python3
"""Shows that the verdict of scripts/test cannot be better than what ctest, and what runs the tests of the pages, saw."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "count_cases.py"
RUN_PAGES = ROOT / "tests" / "pages" / "support" / "run.mjs"


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


class PagesRun(unittest.TestCase):
    def wrote(self, tests: str) -> tuple[int, dict]:
        """The exit status of a run over a file with these tests, and the cases that it wrote."""
        with tempfile.TemporaryDirectory() as name:
            file, results = pathlib.Path(name, "some.test.mjs"), pathlib.Path(name, "results.json")
            file.write_text(f"import {{ after, before, test }} from 'node:test';\n{tests}\n", encoding="utf-8")
            done = subprocess.run(["node", RUN_PAGES, file, results], capture_output=True, text=True, check=False)
            return done.returncode, json.loads(results.read_text(encoding="utf-8"))

    def test_counts_what_passed_failed_and_was_left_out(self):
        cases = "test('a', () => {}); test('b', async () => { throw new Error('no'); }); test('c', { skip: true }, () => {});"
        self.assertEqual(self.wrote(cases), (1, {"tests": 3, "failures": 1, "disabled": 1}))
        self.assertEqual(self.wrote("test('a', () => {});"), (0, {"tests": 1, "failures": 0, "disabled": 0}))

    def test_a_file_without_a_case_is_no_success(self):
        nothing = (1, {"tests": 0, "failures": 0, "disabled": 0})
        self.assertEqual(self.wrote(""), nothing)
        self.assertEqual(self.wrote("throw new Error('before any test');"), nothing)
        self.assertEqual(self.wrote("this is no program"), nothing)
        self.assertEqual(self.wrote("test('a', { skip: true }, () => {});")[0], 1)

    def test_trouble_around_the_cases_is_no_success(self):
        self.assertEqual(self.wrote("test('a', () => {}); after(() => { throw new Error('no'); });")[0], 1)
        self.assertEqual(self.wrote("test('a', () => {}); before(() => { throw new Error('no'); });")[0], 1)
        self.assertEqual(self.wrote("test('a', () => {}); process.on('exit', () => { process.exitCode = 3; });")[0], 1)


if __name__ == "__main__":
    unittest.main()
