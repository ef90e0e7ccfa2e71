"""Runs `casemate` and writes, at its end, where its threads spent their time: `-m benchmarks.sampled FILE ARGS…`."""

import atexit
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Final

SAMPLE_SECONDS: Final = 0.005
ROWS: Final = 25
WAITING: Final = {"wait", "select", "poll", "acquire", "_worker", "sleep", "run_forever"}
"""A thread whose innermost Python function is one of these does nothing."""


class Sampler:
    """Looks at every thread's stack now and then: cheap enough to leave the figures as they are."""

    def __init__(self, report: Path) -> None:
        self._report = report
        self._own: Counter[str] = Counter()
        self._within: Counter[str] = Counter()
        self._threads: Counter[str] = Counter()
        self._samples = 0
        self._thread = threading.Thread(target=self._run, name="sampler", daemon=True)

    def start(self) -> None:
        self._thread.start()
        atexit.register(self._write)

    def _run(self) -> None:
        while True:
            time.sleep(SAMPLE_SECONDS)
            self._samples += 1
            names = {thread.ident: thread.name for thread in threading.enumerate()}
            for ident, frame in sys._current_frames().items():
                if ident != self._thread.ident and frame.f_code.co_name not in WAITING:
                    self._threads[names.get(ident, "?")] += 1
                    self._count(frame)

    def _count(self, frame: FrameType) -> None:
        self._own[_name(frame)] += 1
        seen = set()
        current: FrameType | None = frame
        while current is not None:
            seen.add(_name(current))
            current = current.f_back
        self._within.update(seen)

    def _write(self) -> None:
        lines = [f"{self._samples} samples, {SAMPLE_SECONDS * 1e3:.0f} ms apart", "", "busy threads:"]
        for title, counter in (("", self._threads), ("own time:", self._own), ("with callees:", self._within)):
            lines += ["", title] if title else []
            lines += [f"  {count / max(1, self._samples):6.1%}  {name}" for name, count in counter.most_common(ROWS)]
        self._report.write_text("\n".join(lines) + "\n")


def _name(frame: FrameType) -> str:
    path = Path(frame.f_code.co_filename)
    return f"{path.parent.name}/{path.name}:{frame.f_code.co_qualname}"


if __name__ == "__main__":
    Sampler(Path(sys.argv[1])).start()
    sys.argv = ["casemate", *sys.argv[2:]]
    from casemate.cli import main

    main()
