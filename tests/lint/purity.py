"""Refuses in domain/ whatever would make the same command give another answer the second time, or leave by another door than `return`."""
import pathlib
import re

import tree

_STANDARD_HEADER = re.compile(r"[a-z_0-9]+")
_IMPURE_HEADERS = {
    "clocks": {"ctime"},
    "randomness": {"random"},
    "threads": {"thread", "mutex", "shared_mutex", "condition_variable", "future", "atomic", "semaphore", "latch", "barrier", "stop_token"},
    "streams": {"iostream", "istream", "ostream", "sstream", "fstream", "iomanip", "streambuf", "syncstream", "cstdio", "print", "filesystem"},
    "exceptions": {"stdexcept", "exception"},
    "the environment": {"csignal", "locale", "clocale"},
}
_IMPURE_WORDS = {
    "clocks": r"\w+_clock\b|\bclock_gettime\b|\bgettimeofday\b|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)",
    "randomness": r"\b(?:rand|srand|random_device|mt19937\w*|getrandom)\b",
    "threads": r"\bstd::(?:j?thread|mutex|atomic\w*|async)\b|\bthread_local\b",
    "streams": r"\bstd::(?:cout|cerr|clog|cin)\b|\b(?:printf|fprintf|puts)\s*\(",
    "exceptions": r"\bthrow\b|\btry\b|\bcatch\b",
    "the environment": r"\b(?:getenv|setenv|system)\s*\(",
}


def _about(name: str, text: str) -> list[str]:
    found = []
    for line, _, header in tree.includes(text):
        if header.startswith("domain/"):
            continue
        if not _STANDARD_HEADER.fullmatch(header):
            found.append(f"{name}:{line}: domain/ knows the standard library alone, and not {header}")
        for kind, headers in _IMPURE_HEADERS.items():
            if header in headers:
                found.append(f"{name}:{line}: no {kind} in domain/ (<{header}>)")
    code = tree.code_only(text)
    for kind, words in _IMPURE_WORDS.items():
        for match in re.finditer(words, code):
            line = code.count("\n", 0, match.start()) + 1
            found.append(f"{name}:{line}: no {kind} in domain/ ({match.group(0).strip()})")
    return found


def findings(root: pathlib.Path) -> list[str]:
    found = []
    for path in tree.files(root / "domain", ".h", ".cpp"):
        found += _about(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8"))
    return found
