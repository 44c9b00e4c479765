"""Refuses a document that links to a file, or to a heading of a document, that is not there."""
import pathlib
import re

import tree

_FENCE = re.compile(r"^(```|~~~).*?^\1[^\n]*$", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_LINK = re.compile(r"\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
_IMAGE = re.compile(r"<img\b[^>]*\bsrc=\"([^\"]+)\"")
_ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def _prose(text: str) -> str:
    def blank(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match.group(0))

    return _FENCE.sub(blank, text)


def _anchors(text: str) -> set[str]:
    """The fragments of a document's headings, as GitHub makes them."""
    anchors: set[str] = set()
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", _prose(text), re.MULTILINE):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        number = 1
        unique = anchor
        while unique in anchors:
            unique = f"{anchor}-{number}"
            number += 1
        anchors.add(unique)
    return anchors


def _trouble(document: pathlib.Path, root: pathlib.Path, target: str) -> str | None:
    file, _, anchor = target.partition("#")
    linked = (document.parent / file).resolve() if file else document.resolve()
    if not linked.is_relative_to(root.resolve()):
        return "leads out of the tree"
    if not linked.exists():
        return "is not there"
    if anchor and linked.suffix == ".md" and anchor not in _anchors(linked.read_text(encoding="utf-8")):
        return "has no such heading"
    return None


def findings(root: pathlib.Path) -> list[str]:
    found = []
    for document in tree.files(root, ".md"):
        text = _prose(document.read_text(encoding="utf-8"))
        text = _CODE.sub(lambda match: " " * len(match.group(0)), text)
        for match in sorted([*_LINK.finditer(text), *_IMAGE.finditer(text)], key=re.Match.start):
            target = match.group(1)
            trouble = None if _ELSEWHERE.match(target) else _trouble(document, root, target)
            if trouble:
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{document.relative_to(root)}:{line}: {target} {trouble}")
    return found
