"""What runs measured, one JSON line each; `python -m tests.nat_lab.results` shows the newest as a table."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tests.nat_lab.watched_view import PathSeen

FILE: Final = Path(__file__).parents[2] / "artifacts" / "nat-lab.jsonl"


def note(name: str, figures: str) -> None:
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a") as file:
        file.write(json.dumps({"name": name, "figures": figures}) + "\n")
    print(f"{name}: {figures}")


def story(paths: Sequence[PathSeen], since: float) -> str:
    """How the path changed, with seconds since then."""
    before = [seen for seen in paths if seen.at < since][-1:]
    after = [f"{seen} after {seen.at - since:.1f} s" for seen in paths if seen.at >= since]
    return " → ".join([*map(str, before), *after])


def course(both: Sequence[Sequence[PathSeen]], began: float, undone: float | None) -> str:
    """Of an event: after how long the first one was shown it, and how long after its end the last one the old path."""
    changes = [seen.at for paths in both for seen in paths if seen.at >= began]
    if not changes:
        return "not shown"
    shown = f"shown after {min(changes) - began:.1f} s"
    return shown if undone is None else f"{shown}, over {max(0, max(changes) - undone):.1f} s after its end"


if __name__ == "__main__":
    latest = {row["name"]: row["figures"] for row in map(json.loads, FILE.read_text().splitlines())}
    for name, figures in latest.items():
        print(f"| {name} | {figures} |")
