"""The commands that people are told to type, so that they work in any terminal of this computer."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

_NAME: Final = "casemate"


def own_command(*arguments: str) -> str:
    """`casemate …` if every terminal finds this installation under that name, else with the path of its program."""
    return " ".join([_program(), *(shlex.quote(argument) for argument in arguments)])


def own_program() -> list[str]:
    """The program that runs now, by its whole path, which an upgrade of its installation (by uv, pipx or pip) keeps."""
    script = Path(sys.executable).with_name(_NAME)
    # Without the folder that it is started in, where a module may have a name that one of ours has.
    return [str(script)] if script.is_file() else [sys.executable, "-P", "-m", _NAME]


def is_fetched_for_one_run() -> bool:
    """As uvx and `pipx run` do it: this installation lies in a cache, which may be emptied at any time."""
    caches = [Path(os.environ[name]) for name in ("UV_CACHE_DIR", "XDG_CACHE_HOME") if os.environ.get(name)]
    here = Path(sys.prefix).resolve()
    return ".cache" in here.parts or any(here.is_relative_to(cache.resolve()) for cache in caches)


def _program() -> str:
    script = Path(sys.executable).with_name(_NAME)
    if not script.is_file():
        return shlex.join(own_program())
    found = shutil.which(_NAME)
    if found is not None and Path(found).samefile(script) and not _only_while_activated(Path(found)):
        return _NAME
    return shlex.quote(str(script))


def _only_while_activated(found: Path) -> bool:
    """A virtual environment is on the path of the terminal that activated it, and of no other."""
    return sys.prefix != sys.base_prefix and found.parent == Path(sys.executable).parent
