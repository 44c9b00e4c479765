"""Refuses an #include against cmake/layers.json.

Three rules: a folder includes only the folders that its arrows name; a library's header is included only in its home; and a header that
another folder includes does not bring a library along whose home that other folder is not, not even through a third header. Tests are
exempt: they look at a folder from outside and from inside (a RocksDB Env that fails, a raw socket beside httplib).
"""
import functools
import json
import pathlib

import tree


class Layers:
    def __init__(self, root: pathlib.Path):
        policy = json.loads((root / "cmake" / "layers.json").read_text(encoding="utf-8"))
        self.root = root
        self.arrows = {name: {name, *folder["includes"]} for name, folder in policy["folders"].items()}
        self.homes = {name: set(folder["libraries"]) for name, folder in policy["folders"].items()}
        self.headers = [(prefix, library) for library, about in policy["libraries"].items() for prefix in about["headers"]]

    def folder_of(self, path: str) -> str | None:
        first = path.split("/", 1)[0]
        return first if "/" in path and first in self.arrows else None

    def library_of(self, header: str) -> str | None:
        for prefix, library in self.headers:
            if header == prefix or (prefix.endswith("/") and header.startswith(prefix)):
                return library
        return None

    @functools.cache
    def brought_along(self, header: str) -> frozenset[str]:
        """The libraries that including this header of ours includes, however indirectly."""
        seen, open_headers, libraries = set(), [header], set()
        while open_headers:
            current = open_headers.pop()
            path = self.root / current
            if current in seen or not path.is_file():
                continue
            seen.add(current)
            for _, _, included in tree.includes(path.read_text(encoding="utf-8")):
                library = self.library_of(included)
                if library:
                    libraries.add(library)
                elif self.folder_of(included):
                    open_headers.append(included)
        return frozenset(libraries)

    def about(self, path: pathlib.Path) -> list[str]:
        name = path.relative_to(self.root).as_posix()
        folder = self.folder_of(name)
        found = []
        for line, quoted, header in tree.includes(path.read_text(encoding="utf-8")):
            where = f"{name}:{line}"
            other = self.folder_of(header)
            library = self.library_of(header)
            if library and library not in self.homes[folder]:
                found.append(f"{where}: {header} is of {library}, whose home {folder}/ is not")
            elif other and other not in self.arrows[folder]:
                found.append(f"{where}: {folder}/ may not include {other}/ ({header})")
            elif other and other != folder:
                for brought in sorted(self.brought_along(header) - self.homes[folder]):
                    found.append(f"{where}: {header} brings {brought} along, whose home {folder}/ is not")
            elif quoted and not other and not library:
                found.append(f"{where}: \"{header}\" does not begin at the root of the tree")
        return found


def findings(root: pathlib.Path) -> list[str]:
    layers = Layers(root)
    found = []
    for path in tree.files(root, ".h", ".cpp"):
        if layers.folder_of(path.relative_to(root).as_posix()):
            found += layers.about(path)
    return found
