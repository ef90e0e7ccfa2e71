"""Installs what the other contenders need, away from our own packages: `python -m benchmarks.contenders.install`.

A benchmark runs without a network, so this comes first.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path
from typing import Final

ENVIRONMENT: Final = Path(__file__).parents[2] / "artifacts" / "contenders"
PYTHON: Final = ENVIRONMENT / "bin" / "python"
PACKAGES: Final = ("aiortc==1.16.0", "magic-wormhole==0.24.0", "magic-wormhole-transit-relay==0.5.0")
INSTALL_SECONDS: Final = 300.0


def is_installed() -> bool:
    return PYTHON.exists()


def main() -> None:
    if is_installed():
        return
    print(f"Installing {', '.join(PACKAGES)}", flush=True)
    try:
        venv.create(ENVIRONMENT, with_pip=True)
        pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        subprocess.run([*pip, *PACKAGES], check=True, timeout=INSTALL_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        shutil.rmtree(ENVIRONMENT, ignore_errors=True)
        sys.exit(f"the other contenders cannot be had here, and are left out: {type(error).__name__}")


if __name__ == "__main__":
    main()
