"""Write the UI's copy of the client API's types; run it after a change to `casemate.protocol.client`."""

from pathlib import Path

from casemate.protocol.client.schema import typescript

GENERATED = Path(__file__).parent.parent / "web/src/api/generated.ts"


def main() -> None:
    GENERATED.write_text(typescript())


if __name__ == "__main__":
    main()
