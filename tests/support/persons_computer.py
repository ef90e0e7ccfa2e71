"""A person's own computer: a network, a home and a terminal, and nothing of ours on it but what they install."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Final

from tests.support.installed import Bare
from tests.support.two_hosts import Host
from tests.support.up import Up

UV: Final = Path(sys.executable).with_name("uv")


class PersonsComputer:
    """It has uv, as the README asks for, and a folder with the libraries, as no registry is reached."""

    def __init__(self, host: Host, home: Path, libraries: Path) -> None:
        home.mkdir()
        bare = Bare(home)
        for name in ("uv", "uvx"):
            (home / "programs" / name).symlink_to(UV.with_name(name))
        self.home = home
        self._inside = [shutil.which(host.inside[0]) or host.inside[0], *host.inside[1:]]
        self._bare = bare
        self._variables = {
            **bare.variables,
            "PATH": f"{bare.variables['PATH']}:{home / '.local' / 'bin'}",
            "UV_OFFLINE": "1",
            "UV_NO_INDEX": "1",
            "UV_FIND_LINKS": str(libraries),
            "UV_PYTHON": sys.executable,
            "CASEMATE_INTERNAL_SERVICE_KEYRING": "false",
        }

    def run(self, line: str) -> str:
        """What a line typed in a terminal there writes."""
        return self._bare.run(*self._inside, *shlex.split(line), variables=self._variables)

    def start(self, line: str, typed: str = "") -> Up:
        """A line that goes on running there, with what it reads."""
        program = [*self._inside, *shlex.split(line)]
        where = self.home / ".local" / "share" / "casemate"
        where.parent.mkdir(parents=True, exist_ok=True)
        return Up(where, program=program, options="", typed_in=self.home, typed=typed, environment=self._variables)

    def program_there(self, program: str, wrapper: Path) -> Path:
        """A file that runs a program of ours in that computer's network."""
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join([*self._inside, program])} "$@"\n')
        wrapper.chmod(0o700)
        return wrapper
