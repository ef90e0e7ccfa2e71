"""The commands that people are told to type for a data directory."""

from pathlib import Path

from casemate.cli.options import INTERNAL_FOLDER, default_data_dir
from casemate.runtime.own_command import own_command


def open_command(data_dir: Path) -> str:
    """What gives a fresh signed-in page of the service that runs on this directory."""
    return own_command("open", *_option(_owner(data_dir), default_data_dir()))


def start_command(data_dir: Path, *, alone: bool = False) -> str:
    """What starts the service of this directory again: `up`, or the internal service `alone`."""
    if alone:
        return own_command("internal-service", *_option(data_dir.resolve(), default_data_dir() / INTERNAL_FOLDER))
    return own_command("up", *_option(_owner(data_dir), default_data_dir()))


def _owner(data_dir: Path) -> Path:
    """The directory of `up` for that of its internal service."""
    data_dir = data_dir.resolve()
    return data_dir.parent if data_dir.name == INTERNAL_FOLDER else data_dir


def _option(data_dir: Path, default: Path) -> list[str]:
    return [] if data_dir == default.resolve() else ["--data-dir", str(data_dir)]
