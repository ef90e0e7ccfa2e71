"""Runs `casemate` as another version of it: `python -m tests.support.of_version VERSION LINK_VERSION ARGS…`."""

import sys


def run_as(version: str, link_version: int) -> None:
    import casemate
    from casemate.protocol import versions

    casemate.__version__ = version
    versions.LINK_VERSIONS = (link_version, link_version)  # type: ignore[misc]


if __name__ == "__main__":
    run_as(sys.argv[1], int(sys.argv[2]))
    sys.argv = ["casemate", *sys.argv[3:]]
    # Imported after the change: what takes these by name must see the changed ones.
    from casemate.cli import main

    main()
