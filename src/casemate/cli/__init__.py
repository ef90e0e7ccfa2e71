"""The command line: `casemate up`, `server`, `internal-service`, `open`."""

from casemate.cli.app import main

__all__ = ["main"]
