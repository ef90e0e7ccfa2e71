"""An earlier `casemate`, from the history of this checkout, as processes beside today's."""

import io
import subprocess
import sys
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.support.checkout import CHECKOUT
from tests.support.processes import ServiceProcess

BEFORE_INVITATIONS: Final = "b193361"


@dataclass(frozen=True)
class OlderProgram:
    source: Path
    """Its `src`; the libraries are those of today's program."""

    def start(self, process: ServiceProcess) -> None:
        self.launch(process)
        process.wait_ready()

    def launch(self, process: ServiceProcess) -> None:
        process.launch((sys.executable, "-m", "casemate"), environment={"PYTHONPATH": str(self.source)})


def older_program(commit: str, into: Path) -> OlderProgram:
    """Skips the test, and says why, where the history does not have it."""
    archived = subprocess.run(["git", "archive", commit, "src"], cwd=CHECKOUT, capture_output=True, check=False)
    if archived.returncode != 0:
        said = archived.stderr.decode(errors="replace").strip()
        pytest.skip(f"needs the program of commit {commit}, so a checkout with its whole history: {said}")
    with tarfile.open(fileobj=io.BytesIO(archived.stdout)) as archive:
        archive.extractall(into, filter="data")
    return OlderProgram(into / "src")
