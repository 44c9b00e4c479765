#!/usr/bin/env python3
"""phone_app.py PROGRAM: a person of a demo binds docs/examples/phone_app.py and logs in with it, as an app's builder would."""
import base64
import hashlib
import hmac
import json
import pathlib
import struct
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

from readme import ROOT, start

EXAMPLE = ROOT / "docs/examples/phone_app.py"
PASSWORD = "tweestap-demo"
PIN, WRONG_PIN = "01234", "43210"


def post(url: str, body: dict, token: str = "") -> dict:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    with urllib.request.urlopen(urllib.request.Request(url, json.dumps(body).encode(), headers)) as answer:
        return json.load(answer)


def code(secret: str) -> str:
    """RFC 6238: SHA-1, six digits, 30 seconds."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time()) // 30), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(int.from_bytes(digest[at:at + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06}"


def session_with_two_steps(url: str) -> str:
    token = post(f"{url}/v1/logins", {"identifier": "alex@example.org", "password": PASSWORD})["session"]["session_token"]
    begun = post(f"{url}/v1/account/enrolments", {"password": PASSWORD, "method": "totp"}, token)
    done = post(f"{url}/v1/account/enrolments/{begun['enrolment']}/code", {"code": code(begun["totp"]["secret"])}, token)
    return done["session"]["session_token"]


def example(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-B", EXAMPLE, *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=False)


def journey(url: str, folder: pathlib.Path) -> None:
    file = str(folder / "phone.json")
    about = json.dumps({"session_token": session_with_two_steps(url), "password": PASSWORD})
    bound = example(url, "bind", file, PIN, stdin=about)
    if bound.returncode != 0:
        sys.exit(f"binding failed:\n{bound.stderr}")
    for pin, wanted in ((PIN, True), (WRONG_PIN, False), (PIN, True)):
        tried = example(url, "login", file, pin)
        if (tried.returncode == 0) != wanted:
            sys.exit(f"with PIN {pin}:\n{tried.stdout}{tried.stderr}")
        if wanted and json.loads(tried.stdout)["session"]["amr"] != ["hwk", "pin"]:
            sys.exit(f"not what an app's session says: {tried.stdout}")
        if not wanted and "401" not in tried.stderr:
            sys.exit(f"not what a wrong PIN hears: {tried.stderr}")


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        service, ports = start(sys.argv[1], folder)
        try:
            journey(ports["public"], folder)
        except urllib.error.HTTPError as trouble:
            sys.exit(f"{trouble.url}: {trouble.code} {trouble.read().decode()}")
        finally:
            service.kill()
            service.wait()


main()
