"""Refuses names that say nothing, tests that do not run, and work that was put off in a comment."""
import pathlib
import re

import tree

_EMPTY_NAMES = {"util", "utils", "manager", "helper", "helpers", "common", "misc"}
# Both written apart so that this file does not find itself.
_PUT_OFF = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
_NOT_RUN = re.compile(r"\bDISABLED" r"_\w+|\bGTEST" r"_SKIP\b")


def _about(name: str, text: str) -> list[str]:
    found = []
    for pattern, trouble in ((_PUT_OFF, "finish it, or say in an issue what is left"), (_NOT_RUN, "a test runs or is removed")):
        for match in pattern.finditer(text):
            found.append(f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(0)}: {trouble}")
    return found


def findings(root: pathlib.Path) -> list[str]:
    found = []
    for path in tree.files(root, ".h", ".cpp", ".cmake", ".sh", ".py", ".md"):
        name = path.relative_to(root)
        # The last word is what it claims to be: common_passwords are passwords, a password_common would be nothing.
        words = {part.lower().split("_")[-1] for part in name.with_suffix("").parts}
        for word in sorted(words & _EMPTY_NAMES):
            found.append(f"{name}: '{word}' does not say what is in it")
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".h" and "#pragma once" not in text:
            found.append(f"{name}: a header begins with #pragma once")
        if path.suffix != ".md" and path.parent.name != "lint":
            found += _about(str(name), text)
    return found
