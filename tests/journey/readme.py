#!/usr/bin/env python3
"""readme.py PROGRAM: runs the journey of README.md, line by line as a reader would copy it, against a demo of its own.

The blocks of the section "The journey" run in one bash each, with the addresses and paths of this demo in place of the README's. Every line
has to succeed, every answer has to be a success, and what the journey promises has to be in the output.
"""
import json
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS = 60  # four accounts are made with Argon2id, on a machine that may run other tests beside it
JOURNEY_SECONDS = 180  # it waits for the authenticator app's next code once, which is up to 30


def blocks() -> list[str]:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## The journey$(.*?)^## ", readme, re.MULTILINE | re.DOTALL)
    if not section:
        sys.exit('README.md has no section "The journey"')
    return re.findall(r"^```sh\n(.*?)^```", section.group(1), re.MULTILINE | re.DOTALL)


def start(program: str, folder: pathlib.Path) -> tuple[subprocess.Popen, dict[str, str]]:
    ports_file = folder / "ports.json"
    with open(folder / "service.log", "wb") as log:
        service = subprocess.Popen(
            [program, "serve", "--demo", "--data", folder / "tweestap-demo", "--public", "127.0.0.1:0", "--staff", "127.0.0.1:0",
             "--ports-file", ports_file], stdout=log, stderr=log)
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and service.poll() is None:
        try:
            return service, json.loads(ports_file.read_text(encoding="utf-8"))
        except (FileNotFoundError, json.JSONDecodeError):
            time.sleep(0.05)
    service.kill()
    sys.exit("the demo did not start:\n" + (folder / "service.log").read_text(encoding="utf-8", errors="replace"))


def run(block: str, ports: dict[str, str], program: str, folder: pathlib.Path) -> str:
    script = (block.replace("http://127.0.0.1:8080", ports["public"]).replace("http://127.0.0.1:8081", ports["staff"])
              .replace("build/release/bin/tweestap", program))
    # A problem document is an answer to curl; here it is the end.
    script = "set -euo pipefail\ncurl() { command curl --fail-with-body \"$@\"; }\n" + script
    done = subprocess.run(["bash", "-c", script], cwd=folder, capture_output=True, text=True, timeout=JOURNEY_SECONDS, check=False,
                          stdin=subprocess.DEVNULL)
    output = done.stdout + done.stderr
    if done.returncode != 0:
        sys.exit(f"the README's lines end with {done.returncode}:\n{output}")
    if '"code":"' in output and "problem" in output:
        sys.exit(f"an answer was a problem document:\n{output}")
    return output


def expect(output: str, *patterns: str) -> None:
    for pattern in patterns:
        if not re.search(pattern, output):
            sys.exit(f"the journey's output does not show '{pattern}':\n{output}")


def main() -> int:
    program = str(pathlib.Path(sys.argv[1]).resolve())
    people, operator = blocks()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        service, ports = start(program, folder)
        try:
            output = run(people, ports, program, folder)
            recovery_code = r'"[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}"'
            expect(output, r'"session_token"', rf'(?:{recovery_code},\s*){{5}}{recovery_code}', r"\d{4}-\d\d-\d\dT\S+  \S+",
                   r'"phone_hint"', r'"state":"enabled"', r'"amr":\["pwd","sms"\]')
            expect(run(operator, ports, program, folder), r'"login\.completed"|login\.completed', "two_step.enabled")
        finally:
            service.send_signal(signal.SIGTERM)
            status = service.wait(timeout=10)
    if status != 0:
        sys.exit(f"the service ended with {status} on SIGTERM")
    print("the README's journey works")
    return 0


if __name__ == "__main__":
    sys.exit(main())
