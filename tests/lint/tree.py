"""The tree that the lint tests read: its files, and C++ without comments and literals."""
import pathlib
import re

# Folders that a build or a demo makes; what is in them is nobody's source.
_MADE = {".git", "build", "tweestap-data", "tweestap-demo", "__pycache__"}


def files(root: pathlib.Path, *suffixes: str) -> list[pathlib.Path]:
    """Every source file below `root` with one of the suffixes, in a fixed order."""
    found = []
    for path in sorted(root.rglob("*")):
        relative = path.relative_to(root)
        if path.suffix in suffixes and path.is_file() and not _MADE.intersection(relative.parts):
            found.append(path)
    return found


_NOT_CODE = re.compile(
    r'R"(?P<mark>[^()\s]*)\(.*?\)(?P=mark)"'  # raw string
    r"|//[^\n]*|/\*.*?\*/"  # comments
    r'|"(?:\\.|[^"\\\n])*"'  # string
    r"|(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'",  # character; not the separator of 1'000
    re.DOTALL,
)


def code_only(text: str) -> str:
    """C++ with comments and literals blanked out; lines keep their numbers."""

    def blank(match: re.Match) -> str:
        return re.sub(r"[^\n]", " ", match.group(0))

    return _NOT_CODE.sub(blank, text)


_INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


def includes(text: str) -> list[tuple[int, bool, str]]:
    """(line, quoted, header) of each #include."""
    return [(text.count("\n", 0, m.start(2)) + 1, m.group(1) == '"', m.group(2)) for m in _INCLUDE.finditer(text)]
