"""How much work something is, counted rather than timed: the same on every machine, and the same every time."""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

from casemate.runtime.sqlite import Database


def work_of(action: Callable[[], object], *databases: Database) -> int:
    """Instructions of Python and steps of SQLite's machine that `action` takes, once its caches are warm."""
    action()
    gc.collect()
    gc.disable()  # it would run whatever others have left behind
    try:
        return min(_counted(action, databases) for _ in range(3))
    finally:
        gc.enable()


def _counted(action: Callable[[], object], databases: tuple[Database, ...]) -> int:
    steps = 0

    def step() -> bool:
        nonlocal steps
        steps += 1
        return False

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal steps
        frame.f_trace_opcodes = True
        frame.f_trace_lines = False
        steps += event == "opcode"
        return trace

    before = sys.gettrace()
    for database in databases:
        database._connection.set_progress_handler(step, 1)
    sys.settrace(trace)
    try:
        action()
    finally:
        sys.settrace(before)
        for database in databases:
            database._connection.set_progress_handler(None)
    return steps
