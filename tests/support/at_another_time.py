"""Runs `casemate` with a wall clock ahead or behind: `python -m tests.support.at_another_time SECONDS ARGS…`."""

import sys
import time


def shift_wall_clock(seconds: float) -> None:
    """Everything that asks Python for the wall clock from now on; timers are monotonic and stay as they are."""
    real, real_ns = time.time, time.time_ns
    time.time = lambda: real() + seconds
    time.time_ns = lambda: real_ns() + int(seconds * 1e9)


if __name__ == "__main__":
    shift_wall_clock(float(sys.argv[1]))
    sys.argv = ["casemate", *sys.argv[2:]]
    # Imported after the shift: `from time import time` must see the shifted one.
    from casemate.cli import main

    main()
