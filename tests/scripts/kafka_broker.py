#!/usr/bin/env python3
"""scripts/kafka-broker, used as the tests that need a broker use it. kcat says whether what it started is a Kafka."""
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "kafka-broker"
SECONDS = 300  # of one call: a start gives up after 120 by itself, and may have to wait for another
MAKE_TOPICS = "auto.create.topics.enable=true"


def run(*command: object, given: str = "", **options: object) -> subprocess.CompletedProcess:
    # What a broker that goes on running would keep open, the pipes, this would wait for.
    return subprocess.run([str(word) for word in command], input=given, capture_output=True, text=True, timeout=SECONDS, check=False, **options)


class Tree(unittest.TestCase):
    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.here = pathlib.Path(temporary.name)

    def succeeds(self, done: subprocess.CompletedProcess) -> str:
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def refuses(self, done: subprocess.CompletedProcess, status: int, words: str) -> None:
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertIn(words, done.stderr)


class Broker(Tree):
    @classmethod
    def setUpClass(cls):
        fetched = run(SCRIPT, "fetch")
        if fetched.returncode != 0:
            raise AssertionError(fetched.stderr)

    def folder(self, name: str = "a broker's folder") -> pathlib.Path:
        folder = self.here / name
        self.addCleanup(run, SCRIPT, "stop", "--kill", "--folder", folder)
        return folder

    def start(self, folder: pathlib.Path, *arguments: object) -> tuple[str, int]:
        """The broker's address and pid."""
        return self.told(folder, self.succeeds(run(SCRIPT, "start", "--folder", folder, *arguments)))

    def told(self, folder: pathlib.Path, line: str) -> tuple[str, int]:
        told = re.fullmatch(r"kafka-broker: (127\.0\.0\.1:\d+), folder (.+), pid (\d+)\n", line)
        self.assertTrue(told, line)
        self.assertEqual(told.group(2), str(folder))
        return told.group(1), int(told.group(3))

    def stop(self, folder: pathlib.Path, *arguments: str) -> None:
        self.assertEqual(self.succeeds(run(SCRIPT, "stop", "--folder", folder, *arguments)), f"kafka-broker: stopped, folder {folder}\n")
        self.does_not_run(folder)

    def does_not_run(self, folder: pathlib.Path) -> None:
        status = run(SCRIPT, "status", "--folder", folder)
        self.assertEqual((status.returncode, status.stdout), (1, f"kafka-broker: not running, folder {folder}\n"))

    def produce(self, address: str, topic: str, text: str, *arguments: str) -> None:
        self.succeeds(run("kcat", "-q", "-b", address, "-P", "-t", topic, *arguments, given=text))

    def consume(self, address: str, topic: str) -> str:
        return self.succeeds(run("kcat", "-q", "-b", address, "-C", "-t", topic, "-o", "beginning", "-e"))

    def test_goes_on_with_its_data_on_its_port_after_a_crash_and_after_a_stop(self):
        folder = self.folder()
        address, pid = self.start(folder, "--port", "0", "--", MAKE_TOPICS)
        self.produce(address, "events", "first\n")
        self.assertEqual(self.consume(address, "events"), "first\n")

        os.kill(pid, signal.SIGKILL)  # and at once again, with what it left: its pid file, maybe its ports for a moment
        restarted, other_pid = self.start(folder)
        self.assertEqual(restarted, address)
        self.assertNotEqual(other_pid, pid)
        self.produce(address, "events", "second\n", "-z", "zstd")
        self.assertEqual(self.consume(address, "events"), "first\nsecond\n")

        self.stop(folder)
        self.assertEqual(self.start(folder, "--port", "0")[0], address)
        self.assertEqual(self.consume(address, "events"), "first\nsecond\n")
        self.stop(folder, "--kill")

    def test_leaves_a_broker_that_runs_as_it_is(self):
        folder = self.folder()
        running = self.start(folder, "--port", "0")
        again = run(SCRIPT, "start", "--folder", folder)
        self.assertEqual(self.told(folder, self.succeeds(again)), running)
        self.assertIn("runs already", again.stderr)
        self.assertEqual(self.told(folder, self.succeeds(run(SCRIPT, "status", "--folder", folder))), running)
        self.refuses(run(SCRIPT, "start", "--folder", folder, "--", MAKE_TOPICS), 1, "with other ports or properties")
        self.assertEqual(self.told(folder, self.succeeds(run(SCRIPT, "status", "--folder", folder))), running)

    def test_starts_several_beside_each_other_and_makes_no_topic_unasked(self):
        folders = [self.folder(name) for name in ("one", "two")]
        starts = [subprocess.Popen([SCRIPT, "start", "--folder", folder, "--port", "0"], stdout=subprocess.PIPE, text=True,
                                   stderr=subprocess.DEVNULL) for folder in folders]
        addresses = {self.told(folder, start.communicate(timeout=SECONDS)[0])[0] for folder, start in zip(folders, starts)}
        self.assertEqual(len(addresses), 2)
        for address in addresses:
            refused = run("kcat", "-b", address, "-P", "-t", "nowhere", "-X", "topic.metadata.propagation.max.ms=0", given="lost\n")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("Unknown topic", refused.stderr)
            self.assertIn(" 0 topics:", self.succeeds(run("kcat", "-b", address, "-L")))

    def test_asks_for_passwords_with_the_example_of_its_help(self):
        folder = self.folder("sasl")
        example = self.succeeds(run(SCRIPT, "--help")).partition("  scripts/kafka-broker start --folder /tmp/kafka ")[2]
        self.assertTrue(example)
        self.succeeds(run("bash", "-c", f'"$0" start --folder "$1" {example}', SCRIPT, folder))
        address, _ = self.told(folder, self.succeeds(run(SCRIPT, "status", "--folder", folder)))
        for user, password, gets_in in (("admin", "a", True), ("reader", "r", True), ("admin", "r", False)):
            with self.subTest(user=user, password=password):
                asked = run("kcat", "-b", address, "-L", "-m", "5", "-X", "security.protocol=SASL_PLAINTEXT", "-X", "sasl.mechanism=PLAIN",
                            "-X", f"sasl.username={user}", "-X", f"sasl.password={password}")
                self.assertEqual("1 brokers:" in asked.stdout, gets_in, asked.stdout + asked.stderr)

    def test_ends_with_its_owner(self):
        folder = self.folder()
        with subprocess.Popen(["sleep", str(SECONDS)]) as owner:
            self.start(folder, "--port", "0", "--owner", owner.pid)
            owner.kill()
        deadline = time.monotonic() + SECONDS
        while run(SCRIPT, "status", "--folder", folder).returncode == 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self.does_not_run(folder)

    def test_does_not_take_another_process_for_the_broker(self):
        folder = self.folder()
        folder.mkdir()
        with subprocess.Popen(["sleep", str(SECONDS)]) as other:
            (folder / "broker.pid").write_text(f"{other.pid}\n")
            self.does_not_run(folder)
            self.assertIn("not running", self.succeeds(run(SCRIPT, "stop", "--kill", "--folder", folder)))
            self.assertIsNone(other.poll())
            other.kill()

    def test_says_why_it_did_not_start(self):
        folder = self.folder()
        self.refuses(run(SCRIPT, "start", "--folder", folder, "--port", "0", "--", "num.io.threads=-1"), 1, "Value must be at least 1")
        self.does_not_run(folder)
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            self.refuses(run(SCRIPT, "start", "--folder", folder, "--port", port), 1, f"already listens on 127.0.0.1:{port}")

    def test_refuses_wrong_arguments(self):
        folder = self.folder()
        start = ("start", "--folder", folder)
        for arguments, words in (((), "start, stop, status or fetch"), (("restart",), "'restart' is none of"),
                                 (("start", "--folder"), "--folder wants a value"), (("start", "--folder", "a,b"), "comma"),
                                 ((*start, "--port", "65536"), "0 to 65535"), ((*start, "--port", "-1"), "0 to 65535"),
                                 ((*start, "--owner", "0"), "--owner wants the pid"), ((*start, "--kill"), "does not know '--kill'"),
                                 (("stop", "--port", "1"), "does not know '--port'"), (("status", "now"), "does not know 'now'"),
                                 ((*start, "--port", "0", "--", "word"), "NAME=VALUE"),
                                 ((*start, "--port", "0", "--", "node.id=2"), "is set by this")):
            with self.subTest(arguments):
                self.refuses(run(SCRIPT, *arguments), 2, words)
        self.does_not_run(folder)


class Fetch(Tree):
    """In a tree of its own, with a Maven that brings what the test wants out of what the real one brought."""

    def setUp(self):
        super().setUp()
        self.succeeds(run(SCRIPT, "fetch"))
        version = re.search("<kafka.version>(.*)</kafka.version>", (ROOT / "scripts" / "kafka" / "pom.xml").read_text(encoding="utf-8")).group(1)
        self.fetched = ROOT / "build" / "kafka" / version
        self.jars = self.here / "build" / "kafka" / version
        (self.here / "scripts").mkdir()
        for name in ("kafka-broker", "steps.sh"):
            shutil.copy(ROOT / "scripts" / name, self.here / "scripts")
        shutil.copytree(ROOT / "scripts" / "kafka", self.here / "scripts" / "kafka")

    def fetch(self, jars: str, status: int = 0) -> subprocess.CompletedProcess:
        """`jars` is the pattern of those that Maven brings before it ends with `status`."""
        maven = self.here / "bin" / "mvn"
        maven.parent.mkdir(exist_ok=True)
        maven.write_text(f"""#!/usr/bin/env bash
for word in "$@"; do case "$word" in -DoutputDirectory=*) folder=${{word#*=}} ;; esac; done
mkdir -p "$folder" && ln -s '{self.fetched}'/{jars} "$folder" && exit {status}
""")
        maven.chmod(0o755)
        return run(self.here / "scripts" / "kafka-broker", "fetch", env=os.environ | {"PATH": f"{maven.parent}:{os.environ['PATH']}"})

    def test_keeps_nothing_of_a_fetch_that_failed_or_brought_too_little(self):
        self.refuses(self.fetch("k*.jar", status=1), 1, "Maven could not fetch Kafka")
        self.assertFalse(self.jars.exists())
        self.refuses(self.fetch("k*.jar"), 1, "not what scripts/kafka/jars.sha256 says")
        self.assertFalse(self.jars.exists())
        self.succeeds(self.fetch("*.jar"))
        self.assertTrue(self.jars.exists())

    def test_fetches_once(self):
        self.succeeds(self.fetch("*.jar"))
        again = self.fetch("no.jar", status=1)
        self.succeeds(again)
        self.assertEqual(again.stderr, "")

    def test_fetches_again_what_lost_a_jar_or_a_bit(self):
        self.succeeds(self.fetch("*.jar"))
        jar = next(self.jars.glob("kafka_*.jar"))
        jar.unlink()
        self.refuses(self.fetch("*.jar", status=1), 1, "Maven could not fetch Kafka")
        self.succeeds(self.fetch("*.jar"))
        whole = jar.read_bytes()
        jar.unlink()
        jar.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        self.succeeds(self.fetch("*.jar"))
        self.assertEqual(jar.read_bytes(), whole)


if __name__ == "__main__":
    if missing := [program for program in ("java", "mvn", "kcat") if not shutil.which(program)]:
        raise SystemExit(f"missing: {', '.join(missing)}. Run: scripts/install-dependencies kafka")
    unittest.main()
