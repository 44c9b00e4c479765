"""Refuses a shell script that shellcheck has something to say about, or that goes on after an error."""
import pathlib
import subprocess

_SHEBANG = "#!/usr/bin/env bash"


def scripts(root: pathlib.Path) -> list[pathlib.Path]:
    found = []
    for folder in (root / "scripts", root / ".ci"):
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if path.is_file() and (path.suffix == ".sh" or path.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash")):
                found.append(path)
    return found


def findings(root: pathlib.Path) -> list[str]:
    paths = scripts(root)
    found = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        if text.startswith(_SHEBANG) and "\nset -euo pipefail\n" not in text:
            found.append(f"{path.relative_to(root)}: no 'set -euo pipefail'")
    if paths:
        names = [str(path.relative_to(root)) for path in paths]
        checked = subprocess.run(["shellcheck", "-x", "-a", "--format=gcc", *names], cwd=root, capture_output=True, text=True, check=False)
        # What they source is looked at with them, where its variables are known; a file of the distribution is not ours to judge.
        found += [line for line in (checked.stdout + checked.stderr).splitlines() if not line.startswith("/")]
    return found
