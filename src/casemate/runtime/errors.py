"""Why a service cannot start, as sentences for the person who started it."""

from pathlib import Path


class CannotStart(Exception):
    """Ends the program with this one sentence and a non-zero exit code."""


class DirectoryNotWritable(CannotStart):
    def __init__(self, directory: Path, cause: OSError) -> None:
        super().__init__(f"The data directory {directory} cannot be used: {cause.strerror or cause}.")


class DatabaseLocked(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another process: stop that one first, or choose another data directory.")


class DatabaseNewer(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} was written by a newer version of Casemate: update this program, then start it again."
        )


class WrongKey(CannotStart):
    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} cannot be opened with this key (or is not a Casemate database).")


class PortTaken(CannotStart):
    def __init__(self, listen: str, cause: OSError) -> None:
        super().__init__(f"Cannot listen on {listen}: {cause.strerror or cause}.")
