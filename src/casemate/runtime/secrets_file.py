"""Small files that only their owner may read, there whole or not at all, even after a power cut."""

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casemate.node import StorageBroken, StorageFull
from casemate.runtime.errors import NO_ROOM


def write_secret(path: Path, content: bytes) -> None:
    """Replace `path` atomically with mode 0600 and return when it is on the disk."""
    # A name nobody can guess, opened exclusively: a planted link or file is never written through.
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def keep_secret(path: Path, content: bytes) -> None:
    """As `write_secret`, at each start: where that is there already it is only made tight, and where there is no room
    for another file the one that is there is written over, which is not atomic but does not need any."""
    if _holds(path, content):
        return
    try:
        write_secret(path, content)
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        _write_over(path, content)


def _holds(path: Path, content: bytes) -> bool:
    """Our own file with just this in it; then nobody else may read it from now on."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or file.read(len(content) + 1) != content:
            return False
        os.fchmod(descriptor, 0o600)
    return True


def _write_over(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        os.fchmod(descriptor, 0o600)
        file.write(content)
        file.truncate()
        os.fsync(descriptor)


def erase_secret(path: Path) -> None:
    """Remove the file and return when that is on the disk; missing is fine. Its blocks are written over first, which
    does what it can: flash and file systems that copy on write keep what was there before."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        file.write(bytes(os.fstat(descriptor).st_size))
        os.fsync(descriptor)
    path.unlink()
    _sync_directory(path.parent)


@contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """What the operating system says of this file, in the words in which databases speak of theirs."""
    try:
        yield
    except OSError as error:
        kind = StorageFull if error.errno in NO_ROOM else StorageBroken
        raise kind(f"{path.name}: {error.strerror}", str(path)) from error


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
