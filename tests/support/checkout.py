"""This source tree, and copies of it."""

import shutil
import subprocess
from pathlib import Path
from typing import Final

CHECKOUT: Final = Path(__file__).parents[2]
BUILT_UI: Final = "src/casemate/internal_service/web_dist"


def tracked_files() -> list[str]:
    """What git has or would take, sorted."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=CHECKOUT, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and (CHECKOUT / name).is_file())


def copy_tracked_files(into: Path) -> None:
    """As they are here, with their times."""
    for name in tracked_files():
        (into / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(CHECKOUT / name, into / name, follow_symlinks=False)
