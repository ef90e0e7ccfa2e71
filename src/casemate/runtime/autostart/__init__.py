"""Starting with the computer: a unit of the user's own systemd, else an entry that desktops start at a login."""

from casemate.runtime.autostart.autostart import Found, look, turn_off, turn_on
from casemate.runtime.autostart.errors import CannotAutostart

__all__ = ["CannotAutostart", "Found", "look", "turn_off", "turn_on"]
