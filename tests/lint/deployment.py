"""Refuses files for containers that do not hold together: compose.yaml, the Dockerfile, and what deploy/ has for those around the service.

A dashboard shows an empty panel for a metric that nobody counts, and looks like peace. So every name in it is compared with where the
metrics of GET /metrics are described in the code, every label with theirs, and every type of event with the schemas.
"""
import json
import pathlib
import re

import yaml

import tree

_METRIC = re.compile(r'\b(Counter|Gauge|Histogram)Info<\d+>\s*(?:\w+\s*)?\{\s*"(\w+)"')
_LABELS = re.compile(r'\{((?:\s*"\w+"\s*,?)+)\}')
_WORDS = {"by", "without", "on", "ignoring", "group_left", "group_right", "and", "or", "unless", "bool", "offset", "inf", "nan"}
_OF_PROMETHEUS = {"up": {"job", "instance"}}  # what it counts itself
# What somebody who is woken up looks for: in each case some panel asks for this.
_SHOWN = {"logins": '"login.completed"', "failures": "login.password_rejected", "commit latency": "tweestap_commit_seconds_bucket",
          "lag of the stream": "tweestap_stream_lag_seconds"}
_ROOT = {"root", "0"}
_TESTED_KAFKA = "scripts/kafka/pom.xml"


def metrics(root: pathlib.Path) -> dict[str, set[str]]:
    """Every series that GET /metrics can have, with its labels."""
    found: dict[str, set[str]] = {}
    for path in tree.files(root, ".h", ".cpp"):
        if path.relative_to(root).parts[0] == "tests":
            continue
        text = re.sub(r"//[^\n]*", "", path.read_text(encoding="utf-8"))
        for match in _METRIC.finditer(text):
            kind, name = match.groups()
            listed = _LABELS.search(text, match.end(), _end_of_braces(text, match.end()))
            labels = set(re.findall(r'"(\w+)"', listed.group(1))) if listed else set()
            if kind == "Histogram":
                found[f"{name}_bucket"] = labels | {"le"}
                found[f"{name}_sum"] = found[f"{name}_count"] = labels
            else:
                found[name] = labels
    return found


def _end_of_braces(text: str, at: int) -> int:
    """Where the brace that is open at `at` closes; texts of metrics have none."""
    depth = 1
    while depth > 0 and at < len(text):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        at += 1
    return at


def _about_expression(expression: str, known: dict[str, set[str]], types: set[str]) -> list[str]:
    found = []
    for name, matchers in re.findall(r"([a-zA-Z_]\w*)\{([^}]*)\}", expression):
        for label, value in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', matchers):
            if label not in known.get(name, {label}):
                found.append(f"{name} has no label '{label}'")
            if label == "type":
                found += [f"no event is of type '{one}'" for one in value.split("|") if one not in types]
    plain = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]', " ", expression)
    grouped = [label for group in re.findall(r"\b(?:by|without)\s*\(([^)]*)\)", plain) for label in re.findall(r"\w+", group)]
    plain = re.sub(r"\b(?:by|without|on|ignoring)\s*\([^)]*\)", " ", plain)
    names = {name for name in re.findall(r"\b[a-zA-Z_]\w*\b(?!\s*\()", plain) if name not in _WORDS}
    if not names:
        found.append("asks for no metric")
    found += [f"nobody counts {name}" for name in sorted(names - known.keys())]
    of_names = set().union(*(known.get(name, set()) for name in names))
    if names <= known.keys():
        found += [f"{' and '.join(sorted(names))} has no label '{label}'" for label in grouped if label not in of_names]
    return found


def _panels(dashboard: dict) -> list[dict]:
    """All of them: a row has its own inside it while it is folded."""
    found = []
    for panel in dashboard["panels"]:
        found += [panel, *_panels({"panels": panel.get("panels", [])})]
    return found


def _provisioned(root: pathlib.Path) -> set[str]:
    """The uids of Grafana's sources of data."""
    found = set()
    for path in tree.files(root / "deploy", ".yml", ".yaml"):
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError:
            continue  # _yaml_files() says so
        for source in (document or {}).get("datasources", []):
            found.add(source.get("uid", ""))
    return found


def _dashboards(root: pathlib.Path) -> list[str]:
    known = metrics(root) | _OF_PROMETHEUS
    types = {re.sub(r"\.v\d+$", "", path.stem) for path in (root / "docs/reference/schemas").glob("*.json")}
    sources = _provisioned(root)
    found, expressions = [], []
    for path in tree.files(root / "deploy", ".json"):
        name = path.relative_to(root)
        try:
            panels = _panels(json.loads(path.read_text(encoding="utf-8")))
        except (json.JSONDecodeError, KeyError, TypeError) as trouble:
            found.append(f"{name}: is no dashboard: {trouble}")
            continue
        for panel in panels:
            where = f"{name}: panel '{panel['title']}'"
            for asked in (panel, *panel.get("targets", [])):
                uid = asked.get("datasource", {}).get("uid")
                if uid is not None and uid not in sources:
                    found.append(f"{where}: nobody provisions the source of data '{uid}'")
            for target in panel.get("targets", []):
                expressions.append(target["expr"])
                found += [f"{where}: {trouble}" for trouble in _about_expression(target["expr"], known, types)]
    for what, wanted in _SHOWN.items():
        if not any(wanted in expression for expression in expressions):
            found.append(f"deploy: no dashboard shows {what}, {wanted}")
    return found


def _yaml_files(root: pathlib.Path) -> list[str]:
    found = []
    for path in tree.files(root / "deploy", ".yml", ".yaml"):
        try:
            yaml.safe_load(path.read_text(encoding="utf-8"))
        except yaml.YAMLError as trouble:
            found.append(f"{path.relative_to(root)}: is no YAML: {' '.join(str(trouble).split())}")
    return found


def _about_service(root: pathlib.Path, name: str, service: dict) -> list[str]:
    found = []
    image = service.get("image", "")
    if "build" in service:
        # What is ours runs as ours is meant to.
        if service.get("read_only") is not True:
            found.append(f"{name}: its root is not read-only")
        if service.get("cap_drop") != ["ALL"] or "no-new-privileges:true" not in service.get("security_opt", []):
            found.append(f"{name}: keeps capabilities, or may gain some")
        if service.get("cap_add") or service.get("privileged") or str(service.get("user", "")).split(":")[0] in _ROOT:
            found.append(f"{name}: has more rights than its image gives it")
    elif not re.search(r":[\w.-]*\d", image) or image.endswith(":latest"):
        found.append(f"{name}: image '{image}' has no version")
    for volume in service.get("volumes", []):
        source = volume.split(":")[0]
        if source.startswith(".") and not (root / source).exists():
            found.append(f"{name}: {source} is not there")
    return found


def _about_kafka(root: pathlib.Path, services: dict) -> list[str]:
    """What people try the stream with is what its tests ran against."""
    path = root / _TESTED_KAFKA
    tested = re.search(r"<kafka\.version>\s*([^<\s]+)", path.read_text(encoding="utf-8") if path.is_file() else "")
    if tested is None:
        return [f"{_TESTED_KAFKA}: has no kafka.version"]
    images = [image for image in (service.get("image", "") for service in services.values()) if image.startswith("apache/kafka:")]
    if not images:
        return ["compose.yaml: no service has an image of apache/kafka"]
    return [f"compose.yaml: has '{image}', and {_TESTED_KAFKA} tests with {tested.group(1)}"
            for image in images if image.split(":")[1].split("@")[0] != tested.group(1)]


def _compose(root: pathlib.Path) -> list[str]:
    try:
        services = yaml.safe_load((root / "compose.yaml").read_text(encoding="utf-8"))["services"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as trouble:
        return [f"compose.yaml: has no services: {' '.join(str(trouble).split())}"]
    found = [f"compose.yaml: {trouble}" for name, service in services.items() for trouble in _about_service(root, name, service)]
    found += _about_kafka(root, services)
    for path in tree.files(root / "deploy", ".cfg", ".yml", ".toml"):
        text = re.sub(r"#[^\n]*", "", path.read_text(encoding="utf-8"))
        for host in re.findall(r"\b([a-z][a-z0-9-]*):\d{2,5}\b", text):
            if host not in services and host != "localhost":
                found.append(f"{path.relative_to(root)}: compose.yaml has no service '{host}'")
    return found


def _dockerfile(root: pathlib.Path) -> list[str]:
    path = root / "Dockerfile"
    if not path.is_file():
        return ["Dockerfile: is not there"]
    stages = re.split(r"^FROM\b", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    found = []
    if len(stages) < 2:
        found.append("Dockerfile: what builds is in the image that runs")
    users = re.findall(r"^USER\s+(\S+)", stages[-1] if stages else "", flags=re.MULTILINE)
    if not users or users[-1].split(":")[0] in _ROOT:
        found.append("Dockerfile: runs as root")
    return found


def findings(root: pathlib.Path) -> list[str]:
    return _compose(root) + _dockerfile(root) + _yaml_files(root) + _dashboards(root)
