"""Refuses to pack Casemate without its UI: whoever installs it has neither Node nor this source tree to build one.

An editable install is left alone: `make setup` does it before there is a UI, and it serves whatever is built later.
"""

from pathlib import Path
from typing import Any, Final

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

UI: Final = "src/casemate/internal_service/web_dist/index.html"
UI_SOURCES: Final = (
    *("web/src", "web/public", "web/index.html", "web/vite.config.ts"),
    *("web/package.json", "web/package-lock.json"),
)
"""As in the Makefile, which builds the UI anew by the same rule: when one of them is newer."""


class PackedWithItsUi(BuildHookInterface):  # type: ignore[type-arg]
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        root = Path(self.root)
        if not (root / UI).is_file():
            self.app.abort("Casemate's UI is not built, and nothing is packed without it: run 'make setup' first.")
        # Whoever unpacks a source archive may give every file the time of unpacking; it was looked at when it was made.
        if not (root / "PKG-INFO").is_file() and is_older_than_its_sources(root):
            self.app.abort("Casemate's UI is older than its sources in web/: run 'make setup' first.")


def is_older_than_its_sources(root: Path) -> bool:
    built = (root / UI).stat().st_mtime_ns
    return any(file.stat().st_mtime_ns > built for file in ui_sources(root))


def ui_sources(root: Path) -> list[Path]:
    named = [root / source for source in UI_SOURCES]
    files = [file for source in named for file in ([source] if source.is_file() else source.rglob("*"))]
    return [file for file in files if file.is_file() and ".test.ts" not in file.name]
