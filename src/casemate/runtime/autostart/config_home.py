"""Where this user's programs keep what is set."""

import os
from pathlib import Path


def config_home() -> Path:
    """A relative XDG_CONFIG_HOME counts for nothing, as its specification wants."""
    named = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return named if named.is_absolute() else Path.home() / ".config"
