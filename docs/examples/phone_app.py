#!/usr/bin/env python3
"""A phone app in eighty lines: phone_app.py URL bind FILE PIN < {"session_token","password"}   then   phone_app.py URL login FILE PIN

FILE is what the phone keeps: in a real app the device key lies in its secure hardware. The PIN, the PIN's key and its public half are
never kept. Needs the package python3-cryptography.
"""
import base64
import json
import os
import sys
import urllib.request

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of P-256


def text_of(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def pin_key(pin: str, salt: bytes) -> ec.EllipticCurvePrivateKey:
    """From the PIN and 32 random bytes that only this phone has (FIPS 186-5, A.2.1: 64 bits more than the order has)."""
    seed = HKDF(hashes.SHA256(), 40, salt, b"tweestap-pin-key-v1").derive(pin.encode())
    return ec.derive_private_key(int.from_bytes(seed, "big") % (ORDER - 1) + 1, ec.SECP256R1())


def jwk(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    point = key.public_key().public_numbers()
    return {"kty": "EC", "crv": "P-256", "x": text_of(point.x.to_bytes(32, "big")), "y": text_of(point.y.to_bytes(32, "big"))}


def sign(key: ec.EllipticCurvePrivateKey, message: str) -> str:
    r, s = utils.decode_dss_signature(key.sign(message.encode(), ec.ECDSA(hashes.SHA256())))
    return text_of(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def signatures(device: ec.EllipticCurvePrivateKey, pin: ec.EllipticCurvePrivateKey, message: str) -> dict[str, str]:
    by_device = sign(device, message)
    return {"device_signature": by_device, "pin_signature": sign(pin, f"{message}\n{by_device}")}


def ask(url: str, body: dict | None = None, token: str = "") -> dict:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        return json.load(answer)


def bind(url: str, file: str, pin: str, session_token: str, password: str) -> None:
    device, salt = ec.generate_private_key(ec.SECP256R1()), os.urandom(32)
    session = ask(f"{url}/v1/session", token=session_token)["session"]
    challenge = ask(f"{url}/v1/app/devices/challenges", {}, session_token)["challenge"]
    by_pin = pin_key(pin, salt)
    body = {"password": password, "name": "Example phone", "device_key": jwk(device), "pin_key": jwk(by_pin), "challenge": challenge}
    body |= signatures(device, by_pin, f"tweestap-app-bind-v1\n{session}\n{challenge}")
    bound = ask(f"{url}/v1/app/devices", body, session_token)["app_device"]
    private = device.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    with open(os.open(file, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w", encoding="utf-8") as kept:
        json.dump({"app_device": bound, "device_key": private.decode(), "salt": salt.hex()}, kept)


def log_in(url: str, file: str, pin: str) -> dict:
    with open(file, encoding="utf-8") as kept:
        phone = json.load(kept)
    device, asked = phone["app_device"], ask(f"{url}/v1/app/challenges", {"app_device": phone["app_device"]})
    message = f"tweestap-app-login-v1\n{device}\n{asked['challenge']}\n{asked['sequence']}"
    key = serialization.load_pem_private_key(phone["device_key"].encode(), None)
    signed = signatures(key, pin_key(pin, bytes.fromhex(phone["salt"])), message)
    return ask(f"{url}/v1/app/logins", {"app_device": device, "challenge": asked["challenge"]} | signed)


if __name__ == "__main__":
    base, command, path, typed = sys.argv[1:5]
    if command == "bind":
        bind(base, path, typed, **json.load(sys.stdin))
    else:
        print(json.dumps(log_in(base, path, typed)))
