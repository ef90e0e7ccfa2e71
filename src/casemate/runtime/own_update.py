"""What a person types to have the newest version of this program, where it can be told how it was installed."""

import shlex
import sys
from importlib import metadata
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

import msgspec

from casemate.runtime.own_command import is_fetched_for_one_run

_NAME: Final = "casemate"


class _Folder(msgspec.Struct):
    editable: bool = False


class _Origin(msgspec.Struct):
    """`direct_url.json`, which installers write where no index was asked."""

    url: str
    dir_info: _Folder | None = None
    vcs_info: dict[str, str] | None = None


def update_command() -> str:
    """Empty where it cannot be told: a wheel that somebody had at hand is known to no index, or to a stranger's."""
    try:
        installed = metadata.distribution(_NAME)
        return _command(installed, Path(sys.prefix))
    except (metadata.PackageNotFoundError, OSError, UnicodeDecodeError, msgspec.DecodeError):
        return ""


def _command(installed: metadata.Distribution, prefix: Path) -> str:
    written = installed.read_text("direct_url.json")
    origin = None if written is None else msgspec.json.decode(written, type=_Origin)
    if origin is not None and origin.vcs_info is None:
        return _of_checkout(origin)
    if is_fetched_for_one_run():
        return ""
    if (prefix / "uv-receipt.toml").is_file():
        return f"uv tool upgrade {_NAME}"
    if (prefix / "pipx_metadata.json").is_file():
        return f"pipx upgrade {_NAME}"
    return ""  # pip does not write down which index or folder it was told to look in


def _of_checkout(origin: _Origin) -> str:
    if origin.dir_info is None or not origin.dir_info.editable:
        return ""
    folder = Path(unquote(urlsplit(origin.url).path))
    if not ((folder / ".git").exists() and (folder / "Makefile").is_file()):
        return ""
    return f"cd {shlex.quote(str(folder))} && git pull && make setup"
