#!/usr/bin/env python3
"""consumer_example.py PROGRAM: docs/examples/consumer.py, as a consumer's builder would run it, against a real broker and a service
that relays to it. What it prints is compared with the log itself, byte for byte. And `tweestap consume` there: in each of its formats, without
a broker for a while, and with records missing that the service still has.
"""
import json
import os
import pathlib
import queue
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BROKER = ROOT / "scripts" / "kafka-broker"
EXAMPLE = ROOT / "docs" / "examples" / "consumer.py"
DISTRIBUTION_PYTHON = "/usr/bin/python3"  # no other sees the distribution's python3-confluent-kafka
PARTITIONS = 3
# Where a line of `tweestap consume` has the event's position.
FORMATS = {
    "text": lambda line: int(line.split()[1]),
    "json": lambda line: json.loads(line)["position"],
    "ocsf": lambda line: json.loads(line)["metadata"]["sequence"],
    "ecs": lambda line: json.loads(line)["event"]["sequence"],
    "cef": lambda line: int(re.search(r"[|]rt=\d+ externalId=(\d+) ", line).group(1)),
}
SECONDS = 300  # of one wait: a broker's start gives up after 120 by itself, and may have to wait for another


def run(*command: object, environment: dict[str, str] | None = None) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL,
                          env=os.environ | (environment or {}))
    if done.returncode != 0:
        raise AssertionError(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done.stdout


class Lines:
    """What comes out of a pipe, read as it comes, so that a program never waits for its reader."""

    def __init__(self, pipe):
        self._pipe = pipe
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._pipe:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def next(self) -> str | None:
        """The next one; nothing behind the last."""
        line = self._lines.get(timeout=SECONDS)
        if line is None:
            self._lines.put(None)  # for whoever asks again
        return line

    def rest(self) -> list[str]:
        """All that nobody took, of a program that has ended."""
        return list(iter(self.next, None))

    def close(self) -> None:
        self._reader.join()
        self._pipe.close()


class Running:
    """A consumer that runs, and the lines that it printed so far."""

    def __init__(self, *command: object, environment: dict[str, str] | None = None):
        self.process = subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                        env=os.environ | (environment or {}))
        self.lines = Lines(self.process.stdout)
        self.said = Lines(self.process.stderr)

    def take(self, count: int) -> list[str]:
        """The next lines, as many."""
        taken = []
        while len(taken) < count:
            line = self.lines.next()
            if line is None:
                raise AssertionError(f"it ended after {len(taken)} of {count} lines:\n{self.said.rest()}")
            taken.append(line)
        return taken

    def kill(self) -> list[str]:
        """Ended as by a crash; what it had printed beyond what was taken."""
        self.process.kill()
        self.process.wait(timeout=SECONDS)
        return self.lines.rest()

    def wait(self) -> tuple[int, list[str], list[str]]:
        """Its status, what it printed beyond what was taken, and what it said beyond what was heard."""
        return self.process.wait(timeout=SECONDS), self.lines.rest(), self.said.rest()

    def stop(self) -> tuple[int, list[str], list[str]]:
        """As Ctrl-C does; then as wait()."""
        self.process.terminate()
        return self.wait()

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.lines.close()
        self.said.close()


class Broker:
    """The one of all tests here."""

    def __init__(self, folder: pathlib.Path):
        self.folder = folder
        self.address = ""

    def start(self, *arguments: object) -> None:
        told = run(BROKER, "start", "--folder", self.folder, "--owner", os.getpid(), *arguments)
        self.address = re.search(r"kafka-broker: (127\.0\.0\.1:\d+),", told).group(1)

    def stop(self) -> None:
        run(BROKER, "stop", "--folder", self.folder)

    def kill(self) -> None:
        subprocess.run([BROKER, "stop", "--kill", "--folder", self.folder], capture_output=True, check=False)

    def delete_records(self, topic: str, before: dict[int, int]) -> None:
        """Of each Kafka partition those before an offset: DeleteRecords of Kafka's protocol, version 0, which no tool at hand sends."""
        def text(word: str) -> bytes:
            return struct.pack(">h", len(word)) + word.encode()
        partitions = b"".join(struct.pack(">iq", number, offset) for number, offset in before.items())
        request = (struct.pack(">hhi", 21, 0, 1) + text("tests") + struct.pack(">i", 1) + text(topic) +
                   struct.pack(">i", len(before)) + partitions + struct.pack(">i", 30_000))
        host, port = self.address.split(":")
        with socket.create_connection((host, int(port)), timeout=SECONDS) as connection, connection.makefile("rb") as answers:
            connection.sendall(struct.pack(">i", len(request)) + request)
            answer = answers.read(struct.unpack(">i", answers.read(4))[0])
        # Correlation, throttle, one topic with its name, and how many Kafka partitions; each with where it begins now, and an error.
        of_partitions = answer[4 + 4 + 4 + len(text(topic)) + 4:]
        begins = {number: low for number, low, error in struct.iter_unpack(">iqh", of_partitions) if error == 0}
        if begins != before:
            raise AssertionError(f"records were to be deleted before {before}, and are before {begins}: {answer!r}")


def setUpModule():
    temporary = tempfile.TemporaryDirectory()
    unittest.addModuleCleanup(temporary.cleanup)
    broker = Broker(pathlib.Path(temporary.name) / "broker")
    unittest.addModuleCleanup(broker.kill)
    broker.start("--port", 0)
    Streamed.broker = broker


class Streamed(unittest.TestCase):
    """A service that relays to a topic of its own."""
    TOPIC = ""
    broker: Broker

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = pathlib.Path(temporary.name)
        run(PROGRAM, "kafka", "create-topic", "--kafka", cls.broker.address, "--kafka-topic", cls.TOPIC, "--partitions", PARTITIONS,
            "--replication", 1)
        cls.start_service()

    @classmethod
    def start_service(cls) -> None:
        ports_file = cls.folder / "ports.json"
        cls.data = cls.folder / "tweestap-demo"
        with open(cls.folder / "service.log", "wb") as log:
            cls.service = subprocess.Popen(
                [PROGRAM, "serve", "--demo", "--data", cls.data, "--public", "127.0.0.1:0", "--staff", "127.0.0.1:0", "--ports-file", ports_file,
                 "--admin-key-file", cls.folder / "admin-key", "--kafka", cls.broker.address, "--kafka-topic", cls.TOPIC], stdout=log, stderr=log)
        cls.addClassCleanup(cls.service.wait)
        cls.addClassCleanup(cls.service.kill)
        until = time.monotonic() + SECONDS
        while not ports_file.exists() and cls.service.poll() is None and time.monotonic() < until:
            time.sleep(0.05)
        if not ports_file.exists():
            raise AssertionError((cls.folder / "service.log").read_text(encoding="utf-8", errors="replace"))
        ports = json.loads(ports_file.read_text(encoding="utf-8"))
        cls.people, cls.staff = ports["public"], ports["staff"]

    def running(self, *command: object, environment: dict[str, str] | None = None) -> Running:
        running = Running(*command, environment=environment)
        self.addCleanup(running.close)
        return running

    def consume(self, form: str, *more: object, environment: dict[str, str] | None = None) -> Running:
        return self.running(PROGRAM, "consume", "--kafka", self.broker.address, "--kafka-topic", self.TOPIC, "--format", form, *more,
                            environment=environment)

    def log(self) -> list[str]:
        """Every event, as it is stored."""
        return run(PROGRAM, "events", "--data", self.data).splitlines()

    def rejected_passwords(self, count: int) -> None:
        for number in range(count):
            # Of nobody, and of somebody else each time, so that no throttle stands in the way.
            body = json.dumps({"identifier": f"{number}.{self.id().rsplit('.', 1)[1]}@example.org", "password": "not this one"}).encode()
            request = urllib.request.Request(f"{self.people}/v1/logins", body, {"Content-Type": "application/json"})
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(request, timeout=SECONDS)
            self.assertEqual(refused.exception.code, 401)
            refused.exception.close()

    def in_partitions(self) -> dict[int, list[tuple[int, str]]]:
        """Offset and value of every record, as another client reads them."""
        printed = run("kcat", "-q", "-b", self.broker.address, "-C", "-t", self.TOPIC, "-o", "beginning", "-e", "-f", r"%p %o %s\n")
        partitions: dict[int, list[tuple[int, str]]] = {}
        for line in printed.splitlines():
            partition, offset, value = line.split(" ", 2)
            partitions.setdefault(int(partition), []).append((int(offset), value))
        return partitions


class ConsumerExample(Streamed):
    TOPIC = "tweestap.events"

    def setUp(self):
        self.state = self.folder / f"{self.id().rsplit('.', 1)[1]}.json"

    def consumer(self, topic: str = TOPIC) -> Running:
        return self.running(DISTRIBUTION_PYTHON, "-B", EXAMPLE, self.broker.address, topic, self.state)

    def read_to_the_end(self) -> None:
        log = self.log()
        running = self.consumer()
        printed = running.take(len(log))
        self.wait_for_state(log)
        self.assertEqual(sorted(printed + running.kill(), key=position), log)

    def wait_for_state(self, log: list[str]) -> None:
        """Until the last event that was printed is in the state too: killed between the two it would be printed again."""
        until = time.monotonic() + SECONDS
        while time.monotonic() < until:
            # The file is replaced as a whole, so it is there or not and never half.
            kept = json.loads(self.state.read_text(encoding="utf-8")) if self.state.exists() else {}
            if max((of["last"] for of in kept.values()), default=0) == len(log):
                if sum(max(of["offset"], 0) for of in kept.values()) == len(log):
                    return
            time.sleep(0.02)
        raise AssertionError("its state does not reach the end of the log")

    def test_prints_every_event_once_and_goes_on_after_a_crash(self):
        self.read_to_the_end()
        before = self.log()
        self.rejected_passwords(2)
        after = self.log()
        self.assertGreater(len(after), len(before))
        again = self.consumer()
        self.assertEqual(sorted(again.take(len(after) - len(before)), key=position), after[len(before):])
        self.assertEqual(again.kill(), [])

    def test_drops_repeats(self):
        self.read_to_the_end()
        before = self.log()
        kept = json.loads(self.state.read_text(encoding="utf-8"))
        for of in kept.values():
            of["offset"] = 0  # as when somebody resets offsets: everything comes again
        self.state.write_text(json.dumps(kept), encoding="utf-8")
        self.rejected_passwords(1)
        new = self.log()[len(before):]
        again = self.consumer()
        self.assertEqual(sorted(again.take(len(new)), key=position), new)
        self.wait_for_state(self.log())
        self.assertEqual(again.kill(), [])

    def test_begins_anew_with_another_source(self):
        self.read_to_the_end()
        kept = json.loads(self.state.read_text(encoding="utf-8"))
        for of in kept.values():
            of.update(offset=0, source="urn:tweestap:of_another_log")  # which had come as far as this one
        self.state.write_text(json.dumps(kept), encoding="utf-8")
        self.read_to_the_end()

    def test_stops_at_a_gap_and_says_where(self):
        self.rejected_passwords(3)
        self.read_to_the_end()
        number, records = max(self.in_partitions().items(), key=lambda one: len(one[1]))
        self.assertGreaterEqual(len(records), 3)
        (_, first), _, (offset, third) = records[:3]
        # The second record is passed over, as if it had been deleted; the other partitions have nothing new.
        kept = json.loads(self.state.read_text(encoding="utf-8"))
        kept[str(number)] = {"offset": offset, "source": json.loads(first)["source"], "last": position(first)}
        self.state.write_text(json.dumps(kept), encoding="utf-8")
        status, printed, said = self.consumer().wait()
        self.assertEqual((status, printed), (1, []))
        self.assertEqual(said, [f"events are missing between {position(first)} and {position(third)}: "
                                f"GET /v1/events?after={position(first)} has them"])

    def test_stops_where_the_topic_is_not_there(self):
        status, printed, said = self.consumer("of.another.name").wait()
        self.assertEqual((status, printed), (1, []))
        self.assertIn("KafkaException", "\n".join(said))

    def test_consume_prints_every_event_once_in_each_format(self):
        self.rejected_passwords(1)
        log = self.log()
        for name, position_of in FORMATS.items():
            with self.subTest(name):
                consume = self.consume(name)
                self.assertEqual(sorted(map(position_of, consume.take(len(log)))), [position(envelope) for envelope in log])
                self.assertEqual(consume.stop(), (0, [], []))

    def test_consume_says_once_why_nothing_comes_and_goes_on(self):
        log = self.log()
        consume = self.consume("json")
        consume.take(len(log))
        self.broker.stop()
        heard = [consume.said.next()]
        self.assertIn("tweestap: waiting: ", heard[0])
        self.broker.start()
        self.rejected_passwords(1)
        new = self.log()[len(log):]
        self.assertEqual(sorted(consume.take(len(new)), key=position), new)
        status, printed, said = consume.stop()
        self.assertEqual((status, printed), (0, []))
        heard += said
        # What librdkafka puts in brackets is another each time.
        reasons = [line.split(" (")[0] for line in heard[:heard.index("tweestap: events come again")]]
        self.assertEqual(sorted(reasons), sorted(set(reasons)))

    def test_consume_ends_at_once_while_it_looks_for_brokers(self):
        brokers = Deaf(self)
        consume = self.running(PROGRAM, "consume", "--kafka", brokers.address)
        brokers.wait_for_a_caller()
        # By the signal itself: had it waited for the brokers until it gives up, it would say so.
        self.assertEqual(consume.stop(), (-signal.SIGTERM, [], []))

    def test_has_at_most_forty_lines(self):
        self.assertLessEqual(len(EXAMPLE.read_text(encoding="utf-8").splitlines()), 40)

    def test_has_less_than_sixty_lines_in_cpp(self):
        self.assertLess(len(EXAMPLE.with_name("code_alarm.cpp").read_text(encoding="utf-8").splitlines()), 60)


class Deaf:
    """Takes connections and says nothing."""

    def __init__(self, test: unittest.TestCase):
        self._listener = socket.create_server(("127.0.0.1", 0))
        test.addCleanup(self._listener.close)
        self._listener.settimeout(SECONDS)
        self._test = test
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"

    def wait_for_a_caller(self) -> None:
        self._test.addCleanup(self._listener.accept()[0].close)


class ConsumeFillsGaps(Streamed):
    """What the topic no longer has, and GET /v1/events of the real service does."""
    TOPIC = "tweestap.events.cut"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.admin = (cls.folder / "admin-key").read_text(encoding="utf-8").strip()
        cls.key = run(PROGRAM, "api-key", "create", "--role", "stream", "a consumer", "--url", cls.staff,
                      environment={"TWEESTAP_API_KEY": cls.admin}).strip()
        cls.key_file = cls.folder / "stream-key"
        cls.key_file.write_text(f"{cls.key}\n", encoding="utf-8")

    def cut(self) -> list[str]:
        """The log, of which the topic has the last record of each Kafka partition and no other."""
        self.rejected_passwords(4)
        log = self.log()
        consume = self.consume("json", "--url", self.staff, "--api-key-file", self.key_file)
        consume.take(len(log))  # by then all of it is in the topic
        consume.kill()
        last = {number: records[-1][0] for number, records in self.in_partitions().items()}
        self.broker.delete_records(self.TOPIC, last)
        left = self.in_partitions()
        self.assertEqual({number: [offset for offset, _ in records] for number, records in left.items()},
                         {number: [offset] for number, offset in last.items()})
        self.assertGreater(len(log), len(left))
        return log

    def test_with_a_key_wherever_it_is_given(self):
        log = self.cut()
        for name, flags, environment in (
                ("in a file", ("--url", self.staff, "--api-key-file", self.key_file), {}),
                ("exported", ("--url", self.staff), {"TWEESTAP_API_KEY": self.key}),
                ("exported, and the URL", (), {"TWEESTAP_API_KEY": self.key, "TWEESTAP_URL": self.staff}),
                ("in a file, and another one exported", ("--api-key-file", self.key_file),
                 {"TWEESTAP_API_KEY": "key_x", "TWEESTAP_URL": self.staff})):
            with self.subTest(name):
                consume = self.consume("json", *flags, environment=environment)
                self.assertEqual(sorted(consume.take(len(log)), key=position), log)
                self.assertEqual(consume.stop(), (0, [], []))

    def test_ends_at_once_while_it_fetches(self):
        self.cut()
        service = Deaf(self)
        consume = self.consume("json", "--url", f"http://{service.address}", environment={"TWEESTAP_API_KEY": self.key})
        service.wait_for_a_caller()
        since = time.monotonic()
        self.assertEqual(consume.stop()[0], 0)
        self.assertLess(time.monotonic() - since, 20)  # it would wait thirty seconds for the answer

    def test_stops_without_a_key_or_with_a_wrong_one(self):
        self.cut()
        # A URL that is only exported is meant for others.
        for environment, expected, words in (({}, 1, "no service was given"), ({"TWEESTAP_URL": self.staff}, 1, "no service was given"),
                                             ({"TWEESTAP_URL": self.staff, "TWEESTAP_API_KEY": "key_x"}, 2, "answers with status 401"),
                                             ({"TWEESTAP_URL": self.staff, "TWEESTAP_API_KEY": self.admin}, 2, "answers with status 403")):
            with self.subTest(words, **environment):
                status, _, said = self.consume("json", environment=environment).wait()
                self.assertEqual(status, expected)
                self.assertEqual(len(said), 1)
                self.assertIn(words, said[0])


def position(envelope: str) -> int:
    return json.loads(envelope)["position"]


if __name__ == "__main__":
    PROGRAM = sys.argv.pop(1)
    unittest.main()
