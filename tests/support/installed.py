"""Casemate as it is on other computers: packed from this source tree, and installed where there is no such tree."""

import csv
import io
import re
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Final

from tests.support.checkout import BUILT_UI, CHECKOUT, copy_tracked_files

_LOCKED: Final = re.compile(r"^([\w.-]+)==", re.MULTILINE)


class Bare:
    """Neither Node nor git: next to nothing is on its path, and nothing of ours in its variables."""

    def __init__(self, home: Path) -> None:
        self.home = home
        programs = home / "programs"
        programs.mkdir()
        for name in ("dirname", "realpath"):  # with which uv's own scripts find their Python
            (programs / name).symlink_to(shutil.which(name) or name)
        self.variables = {"HOME": str(home), "PATH": str(programs)}

    def run(self, *command: str | Path, variables: dict[str, str] | None = None, directory: Path | None = None) -> str:
        """What it wrote to stdout. Raises `Failed`."""
        ended = subprocess.run(
            command,
            cwd=directory or self.home,
            env={**self.variables, **(variables or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if ended.returncode:
            raise Failed(ended.stdout + ended.stderr)
        return ended.stdout


class Failed(Exception):
    """A command failed; the message is all that it wrote."""


@dataclass(frozen=True)
class Packed:
    """The tree that was packed, and what came of it."""

    tree: Path
    sdist: Path
    wheel: Path


@dataclass(frozen=True)
class Installed:
    """An environment of its own, with what the wheel asks for and nothing else."""

    bare: Bare
    python: Path

    @property
    def program(self) -> Path:
        return self.python.with_name("casemate")


def pack(bare: Bare, directory: Path) -> Packed:
    """As `make dist` does it."""
    tree = directory / "tree"
    copy_tree(tree)
    sdist = build(bare, tree, "sdist", directory / "dist")
    bare.run(
        *(sys.executable, "-m", "pip", "wheel", "--isolated", "--no-index", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", directory / "dist", sdist),
    )
    [wheel] = (directory / "dist").glob("*.whl")
    return Packed(tree, sdist, wheel)


def copy_tree(into: Path) -> None:
    """What a clone of this tree would hold, and the built UI; files keep their times."""
    copy_tracked_files(into)
    if (CHECKOUT / BUILT_UI).is_dir():
        shutil.copytree(CHECKOUT / BUILT_UI, into / BUILT_UI)


def build(bare: Bare, tree: Path, target: str, into: Path) -> Path:
    """One `sdist` or `wheel`. Raises `Failed`."""
    bare.run(sys.executable, "-m", "hatchling", "build", "-t", target, "-d", into, directory=tree)
    [built] = into.glob("*.tar.gz" if target == "sdist" else "*.whl")
    return built


def install(bare: Bare, wheel: Path, wheels: Path) -> Installed:
    """By its metadata, from a folder of wheels: which libraries it needs is for the wheel to say."""
    environment = bare.home / "environment"
    bare.run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    bare.run(
        *(sys.executable, "-m", "pip", "--python", python, "install", "--isolated", "--no-index", "--no-compile"),
        *("--find-links", wheels, wheel),
    )
    return Installed(bare, python)


def gather_wheels(into: Path) -> None:
    """Packs the locked libraries that we run with as wheels again: the tests' own network reaches no registry."""
    into.mkdir()
    locked = {_plain(name) for name in _LOCKED.findall((CHECKOUT / "requirements.lock").read_text())}
    for library in distributions():
        if _plain(library.name) in locked:
            _pack_again(library, into)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _pack_again(library: Distribution, into: Path) -> None:
    """Scripts and compiled files are left out: installing makes them."""
    told = library.read_text("WHEEL") or ""
    tags = [tag.split("-") for tag in re.findall(r"^Tag: (\S+)", told, re.MULTILINE)]
    tag = "-".join(".".join(dict.fromkeys(part)) for part in zip(*tags, strict=True))
    files = [file for file in library.files or () if file.parts[0] != ".." and file.suffix != ".pyc"]
    [record] = [file for file in files if file.name == "RECORD" and file.parent.suffix == ".dist-info"]
    rows = io.StringIO()
    csv.writer(rows).writerows((file, "", "") for file in files)
    name = _plain(library.name).replace("-", "_")
    with zipfile.ZipFile(into / f"{name}-{library.version}-{tag}.whl", "w") as wheel:
        for file in files:
            if file != record:
                wheel.write(str(file.locate()), str(file))
        wheel.writestr(str(record), rows.getvalue())
