"""Small files that only their owner may read, there whole or not at all, even after a power cut."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from casemate.node import StorageBroken, StorageFull


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
        kind = StorageFull if error.errno in (errno.ENOSPC, errno.EDQUOT) else StorageBroken
        raise kind(f"{path.name}: {error.strerror}", str(path)) from error


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
