"""Live through many worlds, or through one and tell its story: `python -m tests.sim --seeds N | --seed S`."""

import argparse
import sys
import time
import traceback
from concurrent.futures import ProcessPoolExecutor, as_completed

from tests.sim.world import live

FAILURE_CHARACTERS = 300


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.sim", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this world and tell its story")
    parser.add_argument("--seeds", type=int, default=200, help="how many worlds")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=1, help="processes to share them")
    parser.add_argument("--devices", action="store_true", help="some people have two or three devices")
    choice = parser.parse_args()
    if choice.seed is not None:
        return tell(choice.seed, many_devices=choice.devices)
    return run_many(range(choice.first, choice.first + choice.seeds), choice.workers, many_devices=choice.devices)


def tell(seed: int, *, many_devices: bool) -> int:
    """The story of one world, and how it ended."""
    try:
        story = live(seed, keep_story=True, many_devices=many_devices)
    except Exception as error:  # noqa: BLE001  (whatever it is, it is the end of the story)
        print("\n".join(error.__dict__["story"].lines))
        traceback.print_exception(error)
        return 1
    print("\n".join(story.lines))
    print(f"seed {seed} passed, story {story.hash}")
    return 0


def run_many(seeds: range, workers: int, *, many_devices: bool) -> int:
    """A line per failure and one for all."""
    began = time.perf_counter()
    failed = 0
    with ProcessPoolExecutor(workers) as pool:
        futures = {pool.submit(outcome, seed, many_devices=many_devices): seed for seed in seeds}
        for future in as_completed(futures):
            if (failure := future.result()) is not None:
                failed += 1
                print(f"seed {futures[future]} failed: {failure}", flush=True)
    seconds = time.perf_counter() - began
    print(f"{len(seeds) - failed} passed, {failed} failed")
    print(f"{len(seeds) / seconds:.1f} worlds per second; replay one with: make sim SEED=…")
    return 1 if failed else 0


def outcome(seed: int, *, many_devices: bool) -> str | None:
    try:
        live(seed, many_devices=many_devices)
    except Exception as error:  # noqa: BLE001  (one world's failure must not end the others)
        return f"{type(error).__name__}: {error}"[:FAILURE_CHARACTERS]
    return None


if __name__ == "__main__":
    sys.exit(main())
