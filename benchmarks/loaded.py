"""Runs `casemate` and writes, at its end, what loading each library cost it: `-m benchmarks.loaded FILE ARGS…`.

FILE holds JSON: for each top-level package its modules, their seconds and the KiB that the process had more afterwards,
of its own (`private`) and as pages of files that other processes may have, too (`shared`). What a module loads in turn
is not counted with it. Imports nothing that a service does not import.
"""

import atexit
import importlib.machinery as machinery
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

LOADERS: Final = (machinery.SourceFileLoader, machinery.ExtensionFileLoader)
COUNTS: Final = ("modules", "seconds", "private", "shared")


class Cost:
    """Of one library, or of what is being loaded; memory in KiB."""

    def __init__(self, modules: int = 0, seconds: float = 0.0, private: int = 0, shared: int = 0) -> None:
        self.modules = modules
        self.seconds = seconds
        self.private = private
        self.shared = shared

    def add(self, other: "Cost", sign: int = 1) -> None:
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + sign * getattr(other, name))


def resident() -> tuple[int, int]:
    """KiB of this process that are its own, and that are pages of files as they are on the disk."""
    kib = {}
    with Path("/proc/self/smaps_rollup").open("rb") as lines:
        for line in lines:
            words = line.split()
            if len(words) == 3:
                kib[words[0]] = int(words[1])
    private = kib[b"Private_Dirty:"] + kib[b"Shared_Dirty:"]
    return private, kib[b"Rss:"] - private


class Ledger:
    """Looks at the process before and after each module; the time that looking takes is left out."""

    def __init__(self) -> None:
        self.libraries: dict[str, Cost] = {}
        self._looking = 0.0
        self._open = threading.local()

    def watch(self, loader: type, step: str) -> None:
        load: Callable[..., Any] = getattr(loader, step)

        def counted(this: Any, subject: Any) -> Any:
            name = subject.__name__ if isinstance(subject, ModuleType) else subject.name
            before = self._look()
            outer: list[Cost] = self._open.__dict__.setdefault("stack", [])
            outer.append(Cost())
            try:
                return load(this, subject)
            finally:
                self._note(name.partition(".")[0], before, outer, is_new=step == "exec_module")

        setattr(loader, step, counted)

    def _note(self, library: str, before: Cost, outer: list[Cost], *, is_new: bool) -> None:
        spent = self._look()
        spent.add(before, -1)
        within = outer.pop()
        if outer:
            outer[-1].add(spent)
        spent.add(within, -1)
        spent.modules = int(is_new)
        self.libraries.setdefault(library, Cost()).add(spent)

    def _look(self) -> Cost:
        began = time.perf_counter()
        now = Cost()
        now.private, now.shared = resident()
        self._looking += time.perf_counter() - began
        now.seconds = time.perf_counter() - self._looking
        return now


def write(ledger: Ledger, report: Path) -> None:
    report.write_text(json.dumps({name: vars(cost) for name, cost in ledger.libraries.items()}))


if __name__ == "__main__":
    ledger = Ledger()
    for loader in LOADERS:
        for step in ("create_module", "exec_module"):
            if step == "exec_module" or loader is machinery.ExtensionFileLoader:
                ledger.watch(loader, step)
    atexit.register(write, ledger, Path(sys.argv[1]))
    sys.argv = ["casemate", *sys.argv[2:]]
    from casemate.cli import main

    main()
