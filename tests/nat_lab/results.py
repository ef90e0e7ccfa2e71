"""What runs measured, one JSON line each; `python -m tests.nat_lab.results` shows the newest as a table."""

import json
from pathlib import Path
from typing import Final

from tests.nat_lab.watched_view import PathSeen

FILE: Final = Path(__file__).parents[2] / "artifacts" / "nat-lab.jsonl"


def note(name: str, figures: str) -> None:
    FILE.parent.mkdir(exist_ok=True)
    with FILE.open("a") as file:
        file.write(json.dumps({"name": name, "figures": figures}) + "\n")
    print(f"{name}: {figures}")


def story(paths: list[PathSeen], since: float) -> str:
    """How the path changed, with seconds since then."""
    before = [seen for seen in paths if seen.at < since][-1:]
    after = [f"{seen} after {seen.at - since:.1f} s" for seen in paths if seen.at >= since]
    return " → ".join([*map(str, before), *after])


if __name__ == "__main__":
    latest = {row["name"]: row["figures"] for row in map(json.loads, FILE.read_text().splitlines())}
    for name, figures in latest.items():
        print(f"| {name} | {figures} |")
