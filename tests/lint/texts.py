"""Refuses catalogues of texts that say different things: every language has the same keys, each once, with the same {places} to fill. And an
event without words: whoever looked at a history with it would end the process.

Of the pages it also refuses a key in HTML or a script that no catalogue has, which people would read instead of words, and one that nothing asks
for. A key is asked for where it stands in quotes; `code.remember_${duration}` asks for every key that begins so.
"""
import json
import pathlib
import re

import tree

_PLACE = re.compile(r"\{[a-z_]+\}")
_QUOTED = re.compile(r"""(['"`])([a-z0-9_]+(?:\.[a-z0-9_]+)+)\1""")
_BEGUN = re.compile(r"`([a-z0-9_]+\.[a-z0-9_.]*)\$\{")
# What has to be a key whatever it looks like; any other quoted words with dots are one where they begin as keys do and are no type of event.
_ASKED = re.compile(r"""\bdata-text(?:-label|-placeholder)?="([^"]*)"|\btext\('([^']*)'""")
_PAGES = "http/pages"


class _Twice(Exception):
    pass


def _members(pairs: list[tuple[str, object]]) -> dict[str, object]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise _Twice(key)
    return dict(pairs)


def _flat(value: object, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        flat = {}
        for key, inner in value.items():
            flat |= _flat(inner, f"{prefix}.{key}" if prefix else key)
        return flat
    return {prefix: str(value)}


def _compare(name: str, texts: dict[str, str], first_name: str, first: dict[str, str]) -> list[str]:
    found = [f"{name}: lacks {key}, which {first_name} has" for key in sorted(first.keys() - texts.keys())]
    found += [f"{name}: has {key}, which {first_name} lacks" for key in sorted(texts.keys() - first.keys())]
    for key in sorted(first.keys() & texts.keys()):
        if sorted(_PLACE.findall(texts[key])) != sorted(_PLACE.findall(first[key])):
            found.append(f"{name}: {key} does not fill the same places as in {first_name}")
    return found


def _event_types(root: pathlib.Path) -> set[str]:
    # The generated schemas are the list of events that needs no compiler: <wire name>.v<version>.json.
    return {schema.stem.rpartition(".v")[0] for schema in (root / "docs" / "reference" / "schemas").glob("*.json")}


def _without_words(events: set[str], texts: dict[str, str]) -> list[str]:
    return [f"http/texts: lacks event.{name}, which a history would show" for name in sorted(events) if f"event.{name}" not in texts]


def _findings_of(root: pathlib.Path, catalogues: str) -> tuple[list[str], dict[str, str]]:
    found, first_name, first = [], "", {}
    for path in sorted(root.glob(catalogues)):
        name = path.relative_to(root).as_posix()
        try:
            texts = _flat(json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=_members))
        except _Twice as twice:
            found.append(f"{name}: {twice} is there twice")
            continue
        found += [f"{name}: {key} is empty" for key, text in texts.items() if not text.strip()]
        if first_name:
            found += _compare(name, texts, first_name, first)
        else:
            first_name, first = name, texts
    return found, first


def _asked_for(root: pathlib.Path, texts: dict[str, str], events: set[str]) -> list[str]:
    found, used, begun = [], set(), set()
    sections = {key.split(".")[0] for key in texts}
    for path in tree.files(root / _PAGES, ".html", ".js"):
        text = path.read_text(encoding="utf-8")
        asked = {one or other for one, other in _ASKED.findall(text)}
        quoted = {key for _, key in _QUOTED.findall(text)} - (events - texts.keys())
        asked |= {key for key in quoted if key.split(".")[0] in sections}
        used |= asked
        begun |= set(_BEGUN.findall(text))
        found += [f"{path.relative_to(root).as_posix()}: no catalogue has {key}" for key in sorted(asked - texts.keys())]
    return found + [f"{_PAGES}: nothing asks for {key}" for key in sorted(texts.keys() - used) if not key.startswith(tuple(begun))]


def findings(root: pathlib.Path) -> list[str]:
    events = _event_types(root)
    found, texts = _findings_of(root, "http/texts/*.json")
    found += _without_words(events, texts) + _findings_of(root, "consumers/texts/*.json")[0]
    of_pages, texts = _findings_of(root, f"{_PAGES}/assets/texts.*.json")
    return found + of_pages + _asked_for(root, texts, events)
