"""SQLite on simulated disks: one file system for all worlds, which finds the disk by the path's first part."""

from typing import Final

import apsw

from tests.sim.disk import Disk, File

VFS_NAME: Final = "casemate-sim"
_disks: dict[str, Disk] = {}


def mount(name: str, disk: Disk) -> str:
    """Databases under the answered directory are on this disk."""
    _disks[name] = disk
    return f"/{name}"


def unmount(name: str) -> None:
    del _disks[name]


def _disk_of(path: str) -> Disk:
    # A database that a failed start left open is closed whenever it is collected: into nowhere.
    return _disks.get(path.split("/", 2)[1]) or Disk()


class _OpenFile:
    def __init__(self, disk: Disk, file: File) -> None:
        self._disk = disk
        self._file = file

    def xRead(self, amount: int, offset: int) -> bytes:  # noqa: N802
        return bytes(self._file.data[offset : offset + amount])

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.write(self._file, bytes(data), offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self._disk.truncate(self._file, size)

    def xSync(self, _flags: int) -> None:  # noqa: N802
        self._disk.sync(self._file)

    def xFileSize(self) -> int:  # noqa: N802
        return len(self._file.data)

    def xLock(self, _level: int) -> None:  # noqa: N802
        """One process, one connection per database: nobody is there to lock out."""

    def xUnlock(self, _level: int) -> None:  # noqa: N802
        pass

    def xCheckReservedLock(self) -> bool:  # noqa: N802
        return False

    def xFileControl(self, _operation: int, _pointer: int) -> bool:  # noqa: N802
        return False

    def xSectorSize(self) -> int:  # noqa: N802
        return 4096

    def xDeviceCharacteristics(self) -> int:  # noqa: N802
        """No promise at all: not even that a torn write spares its neighbours."""
        return 0

    def xClose(self) -> None:  # noqa: N802
        pass


class _SimulatedVfs(apsw.VFS):
    def __init__(self) -> None:
        super().__init__(VFS_NAME, "", iVersion=1)

    def xOpen(self, name: str | apsw.URIFilename | None, _flags: list[int]) -> _OpenFile:  # type: ignore[override]  # noqa: N802
        if name is None:
            return _OpenFile(Disk(), File())
        path = name.filename() if isinstance(name, apsw.URIFilename) else name
        disk = _disk_of(path)
        return _OpenFile(disk, disk.open(path))

    def xAccess(self, path: str, _flags: int) -> bool:  # noqa: N802
        return _disk_of(path).exists(path)

    def xDelete(self, path: str, sync_directory: bool) -> None:  # noqa: N802
        _disk_of(path).delete(path, synced=sync_directory)

    def xFullPathname(self, path: str) -> str:  # noqa: N802
        return path

    def xSleep(self, microseconds: int) -> int:  # noqa: N802
        return microseconds


_registered: Final = _SimulatedVfs()
