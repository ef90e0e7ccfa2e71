"""Files in memory that a power cut treats as a disk may: what was not synced is kept, lost or torn."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

SECTOR_BYTES: Final = 512
"""What a disk writes whole; a torn write ends at such a border."""

Image = dict[str, bytes]
"""The contents of a disk at one moment, by path."""


@dataclass
class _Change:
    """One change since the last sync: enough to undo it and to do it again."""

    undo: tuple[int, bytes, int]
    """Offset, the bytes that were there, and the length of the file before."""
    offset: int
    written: bytes | None
    """None: the file was cut to `offset` bytes."""


@dataclass
class File:
    data: bytearray = field(default_factory=bytearray)
    unsynced: list[_Change] = field(default_factory=list)
    created_unsynced: bool = True
    """Its name is in the directory, but not yet for certain."""


class Disk:
    """One machine's files. It can be told to lose power, or its process, at a write to come."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}
        self._deleted: dict[str, File] = {}
        """Deleted without a sync of the directory: a power cut may bring them back."""
        self._trap: tuple[int, Callable[[], Image]] | None = None
        self.stopped_with: Image | None = None
        """What was on the disk when the trap sprang; everything written later never happened."""

    # --- images

    def as_written(self) -> Image:
        """What a killed process leaves: every write that it made."""
        return {path: bytes(file.data) for path, file in self._files.items()}

    def after_power_cut(self, chance: random.Random) -> Image:
        """What a power cut leaves: all that was synced, and of the rest whatever reached the disk."""
        image: Image = {}
        for path, file in sorted(self._files.items()):
            if file.created_unsynced and chance.random() < 0.5:
                continue
            image[path] = _some_of(file, chance)
        for path, file in sorted(self._deleted.items()):
            if path not in self._files and chance.random() < 0.5:
                image[path] = _some_of(file, chance)
        return image

    def become(self, image: Image) -> None:
        """Start from these contents. Close what is open first: closing may still write, and delete by name."""
        self._files = {path: File(bytearray(data), created_unsynced=False) for path, data in image.items()}
        self._deleted = {}
        self._trap = None
        self.stopped_with = None

    def spring_after(self, writes: int, image: Callable[[], Image]) -> None:
        """Take the image just before that many writes and syncs from now, in the middle of whatever goes on then."""
        self._trap = (writes, image)

    def disarm(self) -> None:
        self._trap = None

    def _operation(self) -> None:
        if self._trap is None:
            return
        left, image = self._trap
        if left > 0:
            self._trap = (left - 1, image)
            return
        self._trap = None
        self.stopped_with = image()

    # --- files

    def exists(self, path: str) -> bool:
        return path in self._files

    def open(self, path: str) -> File:
        file = self._files.get(path)
        if file is None:
            file = self._files[path] = File()
        return file

    def delete(self, path: str, *, synced: bool) -> None:
        self._operation()
        file = self._files.pop(path, None)
        if file is not None and not synced:
            self._deleted[path] = file

    def write(self, file: File, data: bytes, offset: int) -> None:
        self._operation()
        length = len(file.data)
        file.unsynced.append(_Change((offset, bytes(file.data[offset : offset + len(data)]), length), offset, data))
        _write(file.data, data, offset)

    def truncate(self, file: File, size: int) -> None:
        self._operation()
        file.unsynced.append(_Change((size, bytes(file.data[size:]), len(file.data)), size, None))
        del file.data[size:]

    def sync(self, file: File) -> None:
        self._operation()
        file.unsynced.clear()
        file.created_unsynced = False
        # As journaling file systems do: names change in order, so a later sync of anything settles earlier deletions.
        self._deleted.clear()


def _write(data: bytearray, written: bytes, offset: int) -> None:
    if offset > len(data):
        data.extend(bytes(offset - len(data)))
    data[offset : offset + len(written)] = written


def _some_of(file: File, chance: random.Random) -> bytes:
    data = bytearray(file.data)
    for change in reversed(file.unsynced):
        offset, before, length = change.undo
        if change.written is None:
            data.extend(before)
        else:
            del data[length:]
            data[offset : offset + len(before)] = before
    kept = chance.choice(["all", "none", "some", "some"]) if file.unsynced else "none"
    for change in file.unsynced:
        if kept == "none" or (kept == "some" and chance.random() < 0.5):
            continue
        if change.written is None:
            del data[change.offset :]
            continue
        written = change.written
        if kept == "some" and chance.random() < 0.3:
            written = written[: SECTOR_BYTES * chance.randint(0, len(written) // SECTOR_BYTES)]
        _write(data, written, change.offset)
    return bytes(data)
