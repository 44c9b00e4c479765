#!/usr/bin/env python3
"""scripts/test runs what has not passed yet as it is, and nothing twice. The build and the tests are mocks here."""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
# cmake makes a program of the sources, ctest passes unless the tree has a file that says otherwise; both say that they ran.
CMAKE = """#!/bin/sh
echo cmake >>"$RAN"
mkdir -p build/dev/bin
cmp -s source.txt build/dev/bin/program || cp source.txt build/dev/bin/program
"""
CTEST = """#!/bin/sh
echo ctest >>"$RAN"
status=run; [ ! -e fails ] || status=fail
echo "<testsuite><testcase name='one' status='$status'/></testsuite>" >build/dev/test-results/ctest.xml
[ $status = run ]
"""
INSTALL = """#!/bin/sh
[ "$1" != --list ] || echo bash
"""


class TestAgain(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.tree = pathlib.Path(temporary.name) / "tree"
        self.ran = pathlib.Path(temporary.name) / "ran"
        commands = pathlib.Path(temporary.name) / "commands"
        (self.tree / "scripts/pages").mkdir(parents=True)
        commands.mkdir()
        for name in ("test", "steps.sh", "count_cases.py"):
            shutil.copy(ROOT / "scripts" / name, self.tree / "scripts" / name)
        for path, text in ((commands / "cmake", CMAKE), (commands / "ctest", CTEST), (self.tree / "scripts/install-dependencies", INSTALL),
                           (self.tree / "scripts/kafka-broker", "#!/bin/sh\n"),
                           (self.tree / "scripts/pages/packages.sh", "fetch_pages_packages() { true; }\n")):
            path.write_text(text)
            path.chmod(0o755)
        (self.tree / ".gitignore").write_text("build/\n")
        self.write("source.txt", "one")
        self.environment = dict(os.environ, PATH=f"{commands}:{os.environ['PATH']}", RAN=str(self.ran))
        subprocess.run(["git", "init", "--quiet", self.tree], check=True)

    def write(self, name: str, text: str) -> None:
        (self.tree / name).write_text(text)

    def run_tests(self, *arguments: str, **environment: str) -> tuple[int, bool, str]:
        """Its exit status, whether ctest ran, and its last line."""
        self.ran.write_text("")
        done = subprocess.run([self.tree / "scripts/test", *arguments], env=self.environment | environment, capture_output=True, text=True,
                              timeout=60, check=False)
        return done.returncode, "ctest" in self.ran.read_text(), done.stdout.splitlines()[-1]

    def test_what_passed_is_counted_and_not_run_again(self):
        self.assertEqual(self.run_tests(), (0, True, "1 passed, 0 failed"))
        self.assertEqual(self.run_tests(), (0, False, "1 passed, 0 failed"))
        self.assertEqual(self.run_tests("--again"), (0, True, "1 passed, 0 failed"))
        self.assertEqual(self.run_tests(), (0, False, "1 passed, 0 failed"))

    def test_what_failed_runs_until_it_passes(self):
        self.write("fails", "")
        self.assertEqual(self.run_tests(), (1, True, "0 passed, 1 failed"))
        self.assertEqual(self.run_tests(), (1, True, "0 passed, 1 failed"))
        (self.tree / "fails").unlink()
        self.assertEqual(self.run_tests(), (0, True, "1 passed, 0 failed"))

    def test_a_failure_is_not_hidden_by_an_older_success(self):
        self.run_tests()
        self.write("fails", "")
        self.assertEqual(self.run_tests(), (1, True, "0 passed, 1 failed"))
        self.assertEqual(self.run_tests("--again"), (1, True, "0 passed, 1 failed"))

    def test_whatever_changed_runs_them(self):
        self.run_tests()
        for changed in ({"source.txt": "two"}, {"new file": "untracked counts"}, {"new file": "changed"}, {"scripts/steps.sh": None}):
            for name, text in changed.items():
                self.write(name, (self.tree / name).read_text() + "\n" if text is None else text)
            self.assertEqual(self.run_tests()[:2], (0, True), changed)
            self.assertEqual(self.run_tests()[:2], (0, False), changed)
        (self.tree / "source.txt").chmod(0o755)
        self.assertEqual(self.run_tests()[:2], (0, True))
        (self.tree / "build/dev/bin/program").write_text("built otherwise")
        self.assertEqual(self.run_tests()[:2], (0, True))
        self.assertEqual(self.run_tests("--only", "one")[:2], (0, True))
        self.assertEqual(self.run_tests(TWEESTAP_TEST_SEED="7")[:2], (0, True))

    def test_without_a_checkout_they_always_run(self):
        shutil.rmtree(self.tree / ".git")
        self.assertEqual(self.run_tests()[:2], (0, True))
        self.assertEqual(self.run_tests()[:2], (0, True))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
