#!/usr/bin/env python3
"""Shows each lint a tree that it must refuse, beside one that it must not: a lint that finds nothing may only be blind."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import deployment
import layers
import links
import names
import purity
import rules
import shell
import texts
import tree

POLICY = """{
  "folders": {
    "domain": {"includes": [], "libraries": []},
    "platform": {"includes": [], "libraries": ["openssl"]},
    "eventstore": {"includes": ["domain", "platform"], "libraries": ["rocksdb"]},
    "http": {"includes": ["domain", "eventstore"], "libraries": []}
  },
  "libraries": {
    "openssl": {"headers": ["openssl/"]},
    "rocksdb": {"headers": ["rocksdb/"]}
  }
}"""


class LintTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = pathlib.Path(self.folder.name)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def refuses(self, lint, *words: str) -> None:
        found = lint.findings(self.root)
        self.assertEqual(len(found), 1, found)
        for word in words:
            self.assertIn(word, found[0])

    def accepts(self, lint) -> None:
        self.assertEqual(lint.findings(self.root), [])


class Layers(LintTest):
    def setUp(self):
        super().setUp()
        self.write("cmake/layers.json", POLICY)

    def test_accepts_the_arrows_and_the_homes(self):
        self.write("domain/a.h", "#include <vector>\n")
        self.write("eventstore/log.cpp", '#include "domain/a.h"\n#include <rocksdb/db.h>\n#include "eventstore/log.h"\n')
        self.write("eventstore/log.h", '#include "domain/a.h"\n')
        self.write("http/a.cpp", '#include "eventstore/log.h"\n')
        self.accepts(layers)

    def test_refuses_an_include_against_an_arrow(self):
        self.write("domain/a.cpp", '#include "platform/clock.h"\n')
        self.refuses(layers, "domain/a.cpp:1", "may not include platform/")

    def test_refuses_an_arrow_that_only_another_folder_has(self):
        self.write("http/a.cpp", '\n#include <platform/clock.h>\n')
        self.refuses(layers, "http/a.cpp:2", "may not include platform/")

    def test_refuses_a_library_outside_its_home(self):
        self.write("http/a.h", "#  include <rocksdb/db.h>\n")
        self.refuses(layers, "http/a.h:1", "is of rocksdb")

    def test_refuses_a_library_that_comes_through_a_header(self):
        self.write("eventstore/inner.h", "#include <rocksdb/db.h>\n")
        self.write("eventstore/outer.h", '#include "eventstore/inner.h"\n')
        self.write("http/a.cpp", '#include "eventstore/outer.h"\n')
        self.refuses(layers, "http/a.cpp:1", "brings rocksdb along")

    def test_refuses_an_include_that_begins_elsewhere(self):
        self.write("domain/a.cpp", '#include "b.h"\n')
        self.refuses(layers, "does not begin at the root")


class Purity(LintTest):
    def test_accepts_values_and_words_in_comments(self):
        self.write("domain/a.cpp", '#include "domain/a.h"\n#include <vector>\n// throw, rand() and system_clock\nint f() { return 1; }\n')
        self.accepts(purity)

    def test_refuses_each_kind(self):
        for text in ("std::chrono::system_clock::now();", "std::random_device r;", "throw 1;", "#include <thread>\n", "#include <iostream>\n",
                     "std::atomic<int> n;", "#include <unistd.h>\n", "#include <platform/clock.h>\n", 'getenv("HOME");', "try {"):
            with self.subTest(text):
                self.write("domain/a.cpp", text)
                self.refuses(purity, "domain/a.cpp:1")

    def test_leaves_other_folders_alone(self):
        self.write("platform/a.cpp", "#include <thread>\nthrow 1;")
        self.write("domain/a.cpp", "")
        self.accepts(purity)


class Links(LintTest):
    def test_accepts_files_headings_and_other_places(self):
        self.write("docs/a.md", "# A heading, with `code`\n[b](../b.md#two-words) [self](#a-heading-with-code) [web](https://example.org)\n")
        self.write("b.md", "## Two words\n```\n[not](a-link.md)\n```\n")
        self.accepts(links)

    def test_refuses_a_missing_file(self):
        self.write("a.md", "one\n[b](b.md)\n")
        self.refuses(links, "a.md:2", "b.md is not there")

    def test_refuses_a_missing_image(self):
        self.write("a.md", 'one\n<img width="150" alt="b" src="images/b.png">\n')
        self.refuses(links, "a.md:2", "images/b.png is not there")

    def test_refuses_a_missing_heading(self):
        self.write("a.md", "# Here\n[b](#there)\n")
        self.refuses(links, "has no such heading")

    def test_refuses_a_way_out_of_the_tree(self):
        self.write("a.md", "[b](../b.md)\n")
        self.refuses(links, "leads out of the tree")


class Names(LintTest):
    def test_refuses_an_empty_name(self):
        self.write("domain/string_util.h", "#pragma once\n")
        self.refuses(names, "util")

    def test_refuses_a_header_without_its_guard(self):
        self.write("domain/a.h", "int f();\n")
        self.refuses(names, "#pragma once")

    def test_refuses_what_was_put_off(self):
        self.write("domain/a.cpp", "// TO" "DO: later\n")
        self.refuses(names, "domain/a.cpp:1")

    def test_refuses_a_test_that_does_not_run(self):
        # What the lint has to find; it is no test of this project.
        self.write("tests/a.cpp", "TEST(A, DISABLED_" "b) {}\n")
        self.refuses(names, "DISABLED_" "b")


class Shell(LintTest):
    def test_accepts_a_strict_script(self):
        self.write("scripts/a", '#!/usr/bin/env bash\nset -euo pipefail\necho "$1"\n')
        self.accepts(shell)

    def test_refuses_what_shellcheck_refuses(self):
        self.write("scripts/a", "#!/usr/bin/env bash\nset -euo pipefail\necho $1\n")
        self.refuses(shell, "SC2086")

    def test_refuses_it_in_what_a_script_sources(self):
        self.write("scripts/a", '#!/usr/bin/env bash\nset -euo pipefail\nb=$1\n# shellcheck source=scripts/parts/b.sh\nsource ./scripts/parts/b.sh\n')
        self.write("scripts/parts/b.sh", '# shellcheck shell=bash\necho "$b"\necho $b\n')
        self.refuses(shell, "scripts/parts/b.sh:3")

    def test_refuses_a_script_that_goes_on_after_an_error(self):
        self.write(".ci/run", "#!/usr/bin/env bash\necho hello\n")
        self.refuses(shell, "set -euo pipefail")


class Texts(LintTest):
    def setUp(self):
        super().setUp()
        self.write("http/texts/en.json", '{"wait": "Wait {seconds} s.", "no": "No."}')

    def test_accepts_the_same_keys_and_places(self):
        self.write("http/texts/nl.json", '{"no": "Nee.", "wait": "Wacht {seconds} s."}')
        self.accepts(texts)

    def test_refuses_what_differs(self):
        for text, words in (('{"no": "Nee."}', "lacks wait"), ('{"no": "N", "wait": "W", "x": "X"}', "has x"),
                            ('{"no": "", "wait": "{seconds}"}', "no is empty"), ('{"no": "N", "wait": "W"}', "same places"),
                            ('{"no": "N", "no": "N", "wait": "{seconds}"}', "no is there twice")):
            with self.subTest(text):
                self.write("http/texts/nl.json", text)
                self.assertIn(words, "\n".join(texts.findings(self.root)))

    def test_refuses_an_event_without_words(self):
        self.write("http/texts/nl.json", '{"no": "Nee.", "wait": "Wacht {seconds} s."}')
        self.write("docs/reference/schemas/login.started.v1.json", "{}")
        self.write("docs/reference/schemas/login.started.v2.json", "{}")
        self.assertEqual(texts.findings(self.root), ["http/texts: lacks event.login.started, which a history would show"])
        for language in ("en", "nl"):
            self.write(f"http/texts/{language}.json", '{"event.login.started": "Begun"}')
        self.accepts(texts)


class PageTexts(LintTest):
    CATALOGUE = '{"login.title": "Log in", "login.wait": "{left} more", "code.remember_12h": "12 hours", "code.remember_3d": "3 days"}'

    def setUp(self):
        super().setUp()
        for language in ("en", "nl"):
            self.write(f"http/pages/assets/texts.{language}.json", self.CATALOGUE)
        self.write("http/pages/parts/login.html", '<h1 data-text="login.title"></h1><a href="{{organisation.name}}">')
        self.write("http/pages/assets/login.js", "import './login.js'; set_text(a, b ? 'login.wait' : 'x'); say(`code.remember_${c}`); d('files.none');")

    def test_accepts_what_is_there_and_asked_for(self):
        self.accepts(texts)

    def test_refuses_what_differs(self):
        self.write("http/pages/assets/texts.nl.json", self.CATALOGUE.replace("{left}", "{right}"))
        self.refuses(texts, "texts.nl.json: login.wait does not fill the same places")

    def test_refuses_a_key_that_no_catalogue_has(self):
        for name, text in (("parts/a.html", '<p data-text="login.titel">'), ("parts/a.html", '<p data-text-label="titel">'),
                           ("parts/a.html", '<input data-missing="login.none">'), ("assets/a.js", "text('titel');"),
                           ("assets/a.js", "show({notice: 'login.none'});")):
            with self.subTest(text):
                self.write(f"http/pages/{name}", text)
                self.refuses(texts, f"http/pages/{name}: no catalogue has ")
                self.write(f"http/pages/{name}", "")

    def test_refuses_a_key_that_nothing_asks_for(self):
        self.write("http/pages/assets/login.js", "say(`code.remember_${c}`); say(`${d}`);")
        self.refuses(texts, "http/pages: nothing asks for login.wait")
        self.write("http/pages/assets/login.js", "set_text(a, 'login.wait'); e('code.remember_12h');")
        self.refuses(texts, "nothing asks for code.remember_3d")


class Rules(LintTest):
    def setUp(self):
        super().setUp()
        self.write("tests/lint/rules.tsv", "OTP-1\tCodes are uniform.\nOTP-12\tAnother.\n")
        self.write("tests/a.cpp", "TEST(Codes, OTP_1_AreUniform) {}\n// TEST(Codes, OTP_9) {}\nRC_GTEST_PROP(OTP_12, Holds, (int a)) {}\n"
                   "TEST(Digest, SHA_256) {}\n")
        self.generate()

    def generate(self):
        self.write("docs/reference/rules.md", rules.document(self.root))

    def test_accepts_and_lists_the_tests(self):
        self.accepts(rules)
        self.assertIn("- `Codes.OTP_1_AreUniform` in [tests/a.cpp](../../tests/a.cpp)", rules.document(self.root))

    def test_refuses_a_rule_without_a_test(self):
        self.write("tests/a.cpp", "TEST(Codes, OTP_12) {}\n")
        self.generate()
        self.refuses(rules, "no test carries OTP_1 ")

    def test_refuses_a_test_of_no_rule(self):
        self.write("tests/b.cpp", "TEST(Codes, OTP_2) {}\n")
        self.generate()
        self.refuses(rules, "OTP-2")

    def test_refuses_a_stale_document(self):
        self.write("tests/b.cpp", "TEST(Codes, OTP_1_Again) {}\n")
        self.refuses(rules, "stale")


COMPOSE = """
services:
  ours:
    build: .
    read_only: true
    cap_drop: [ALL]
    security_opt: ["no-new-privileges:true"]
    volumes: ["./deploy/a.cfg:/a.cfg:ro", "data:/data"]
  theirs:
    image: example/theirs:3.0
  kafka:
    image: apache/kafka:1.2.3
"""
POM = "<project><properties><kafka.version>1.2.3</kafka.version></properties></project>\n"
DOCKERFILE = "FROM debian:13-slim AS build\nUSER root\nFROM debian:13-slim\nUSER 10001\n"


SHOWN = ('tweestap_e{type="login.completed"}', 'tweestap_e{type=~"login.password_rejected|login.completed"}', "rate(tweestap_commit_seconds_bucket[5m])",
         "max(tweestap_stream_lag_seconds)")


class Deployment(LintTest):
    def setUp(self):
        super().setUp()
        self.write("compose.yaml", COMPOSE)
        self.write("Dockerfile", DOCKERFILE)
        self.write("scripts/kafka/pom.xml", POM)
        self.write("deploy/a.cfg", "server ours ours:8080  # not other:8080\n")
        self.write("deploy/b.yml", 'targets: ["theirs:80"]\n')
        self.write("docs/reference/schemas/login.completed.v2.json", "{}")
        self.write("http/a.cpp", 'constexpr CounterInfo<1> kA{"tweestap_a_total", "Answers, by\\nstatus.", {"status"}};\n'
                   'x(platform::GaugeInfo<0>{"tweestap_b", "B."});  // CounterInfo<0>{"tweestap_c", "C."}\n'
                   'HistogramInfo<1> k{"tweestap_d_seconds", "D.", kBuckets, {"route"}}; CounterInfo<1> e{"tweestap_e", "E.", {"type"}};\n')
        self.write("tests/a.cpp", 'CounterInfo<0> k{"tweestap_of_a_test", "T."};\n')
        # What is wanted of every dashboard.
        self.write("docs/reference/schemas/login.password_rejected.v1.json", "{}")
        self.write("eventstore/a.cpp", 'HistogramInfo<0> k{"tweestap_commit_seconds", "C.", kBuckets}; GaugeInfo<0> l{"tweestap_stream_lag_seconds", "L."};\n')
        self.write("deploy/provisioning.yml", "datasources: [{uid: one}]\n")
        self.shows(*SHOWN)

    def shows(self, *expressions: str) -> None:
        panel = {"title": "a", "datasource": {"uid": "one"}, "targets": [{"expr": one} for one in expressions]}
        self.write("deploy/shown.json", json.dumps({"panels": [{"title": "a row", "panels": [panel]}]}))

    def asks(self, expression: str) -> None:
        self.write("deploy/d.json", json.dumps({"panels": [{"title": "one", "targets": [{"expr": expression}]}, {"title": "a text"}]}))

    def test_accepts_what_is_counted(self):
        for expression in ('up{job="x"}', 'sum by (status) (rate(tweestap_a_total{status=~"4..|503"}[$__rate_interval]))', "tweestap_b > bool 0",
                           "histogram_quantile(0.99, sum by (le, route) (rate(tweestap_d_seconds_bucket[5m])))",
                           "tweestap_d_seconds_sum / on (route) tweestap_d_seconds_count", 'tweestap_e{type=~"login.completed"} offset 1h'):
            with self.subTest(expression):
                self.asks(expression)
                self.accepts(deployment)

    def test_refuses_what_nobody_counts(self):
        for expression, words in (("tweestap_nothing", "nobody counts tweestap_nothing"), ("rate(tweestap_c[5m])", "nobody counts tweestap_c"),
                                  ("tweestap_of_a_test", "nobody counts"), ("tweestap_d_seconds", "nobody counts"), ("twestap_b", "nobody counts"),
                                  ("tweestap_b_bucket", "nobody counts"), ('tweestap_a_total{code="200"}', "has no label 'code'"),
                                  ("sum by (route) (tweestap_a_total)", "has no label 'route'"), ("vector(1)", "asks for no metric"),
                                  ('tweestap_e{type=~"login.completed|login.done"}', "no event is of type 'login.done'")):
            with self.subTest(expression):
                self.asks(expression)
                self.refuses(deployment, "deploy/d.json: panel 'one': ", words)

    def test_refuses_dashboards_that_lack_what_is_looked_for(self):
        for i, words in enumerate(("logins", "failures", "commit latency", "lag of the stream")):
            with self.subTest(words):
                self.shows(*SHOWN[:i], *SHOWN[i + 1:])
                self.refuses(deployment, f"deploy: no dashboard shows {words}")
        (self.root / "deploy/shown.json").unlink()
        self.assertEqual(len(deployment.findings(self.root)), len(SHOWN))

    def test_looks_into_a_folded_row(self):
        self.shows(*SHOWN, "tweestap_nothing")
        self.refuses(deployment, "deploy/shown.json: panel 'a': nobody counts tweestap_nothing")

    def test_refuses_a_source_of_data_that_is_not_there(self):
        self.write("deploy/provisioning.yml", "datasources: [{uid: two}]\n")
        self.refuses(deployment, "deploy/shown.json: panel 'a': nobody provisions the source of data 'one'")

    def test_refuses_a_service_of_ours_with_more_rights(self):
        for text, by in (("read_only: true", "read_only: false"), ("cap_drop: [ALL]", "cap_drop: []"), ("no-new-privileges:true", "seccomp:x"),
                         ("build: .", "build: .\n    user: root"), ("build: .", 'build: .\n    user: "0:0"'), ("build: .", "build: .\n    privileged: true"),
                         ("build: .", "build: .\n    cap_add: [SYS_ADMIN]")):
            with self.subTest(by):
                self.write("compose.yaml", COMPOSE.replace(text, by))
                self.refuses(deployment, "compose.yaml: ours: ")

    def test_refuses_another_kafka_than_the_tested_one(self):
        for compose, pom, words in ((COMPOSE.replace("kafka:1.2.3", "kafka:1.2.4"), POM, "has 'apache/kafka:1.2.4', and scripts/kafka/pom.xml tests with 1.2.3"),
                                    (COMPOSE, POM.replace("1.2.3", "1.2.30"), "tests with 1.2.30"),
                                    (COMPOSE.replace("apache/kafka:1", "example/kafka:1"), POM, "no service has an image of apache/kafka"),
                                    (COMPOSE, "<project/>", "has no kafka.version")):
            with self.subTest(words):
                self.write("compose.yaml", compose)
                self.write("scripts/kafka/pom.xml", pom)
                self.refuses(deployment, words)
        for image in ('"apache/kafka:1.2.3"', "apache/kafka:1.2.3@sha256:0"):
            self.write("compose.yaml", COMPOSE.replace("apache/kafka:1.2.3", image))
            self.write("scripts/kafka/pom.xml", POM)
            self.accepts(deployment)

    def test_refuses_what_does_not_hold_together(self):
        for name, text, words in (("compose.yaml", COMPOSE.replace("theirs:3.0", "theirs:latest"), "has no version"),
                                  ("compose.yaml", COMPOSE.replace("theirs:3.0", "theirs"), "has no version"),
                                  ("compose.yaml", COMPOSE.replace("a.cfg:/", "gone.cfg:/"), "./deploy/gone.cfg is not there"),
                                  ("deploy/a.cfg", "server ours other:8080\n", "compose.yaml has no service 'other'"),
                                  ("deploy/b.yml", "a: [\n", "is no YAML"), ("deploy/d.json", "{}", "is no dashboard"),
                                  ("Dockerfile", DOCKERFILE.replace("10001", "root"), "runs as root"),
                                  ("Dockerfile", DOCKERFILE.replace("USER 10001", "CMD a"), "runs as root"),
                                  ("Dockerfile", "FROM debian:13-slim\nUSER 10001\n", "is in the image that runs")):
            with self.subTest(words):
                before = self.root / name
                kept = before.read_text(encoding="utf-8") if before.exists() else '{"panels": []}'
                self.write(name, text)
                self.refuses(deployment, words)
                self.write(name, kept)

    def test_refuses_a_tree_without_them(self):
        (self.root / "compose.yaml").unlink()
        self.refuses(deployment, "compose.yaml: has no services")
        self.write("compose.yaml", COMPOSE)
        (self.root / "Dockerfile").unlink()
        self.refuses(deployment, "Dockerfile: is not there")


class Check(unittest.TestCase):
    def run_with(self, *arguments: str) -> subprocess.CompletedProcess:
        program = pathlib.Path(__file__).resolve().parent / "check.py"
        return subprocess.run([sys.executable, "-B", program, *arguments], capture_output=True, text=True, check=False)

    def test_says_how_it_is_called_where_it_is_called_wrongly(self):
        for wrong in ((), ("nope",), ("links", "names"), ("hardening",), ("check",)):
            ended = self.run_with(*wrong)
            self.assertEqual(ended.returncode, 2, wrong)
            self.assertEqual(ended.stdout, "", wrong)
            self.assertIn("usage: check.py NAME, where NAME is one of: deployment, layers, links, ", ended.stderr)
            self.assertNotIn("Traceback", ended.stderr)

    def test_runs_the_lint_of_that_name(self):
        ended = self.run_with("purity")
        self.assertEqual((ended.returncode, ended.stderr), (0, ""))
        self.assertIn("purity: 0 findings", ended.stdout)


class CodeOnly(unittest.TestCase):
    def test_blanks_comments_and_literals_and_keeps_lines(self):
        code = tree.code_only("a; // throw\n/* throw\n*/ b; \"throw\\\"\" 'x' 1'000'000; R\"(throw)\" c;")
        self.assertNotIn("throw", code)
        self.assertEqual(code.count("\n"), 2)
        for kept in ("a;", "b;", "1'000'000;", "c;"):
            self.assertIn(kept, code)


if __name__ == "__main__":
    unittest.main()
