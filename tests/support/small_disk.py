"""A disk of a few megabytes under a directory, which can be filled and emptied."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class SmallDisk:
    directory: Path

    def fill(self, leave_bytes: int = 0) -> None:
        """Another program takes the room."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(bytes(64 * 1024))
            except OSError:
                pass
            file.truncate(max(0, file.tell() - leave_bytes))

    def make_room(self) -> None:
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.directory / "ballast"


@contextmanager
def small_disk(directory: Path, megabytes: int) -> Iterator[SmallDisk | None]:
    """None where this process may not mount one."""
    directory.mkdir()
    options = f"size={megabytes}m,mode=0700"
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(directory)], capture_output=True)
    if mounted.returncode != 0:
        yield None
        return
    try:
        yield SmallDisk(directory)
    finally:
        subprocess.run(["umount", "--lazy", str(directory)], check=True)
