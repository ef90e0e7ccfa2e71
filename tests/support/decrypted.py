"""What lies in the file of an encrypted database, page by page, also in pages that are free."""

from pathlib import Path

import apsw


def decrypted(path: Path, key: bytes, folder: Path) -> bytes:
    """The bytes of a database, of its file alone: its log has to be written back. `folder` is for a copy."""
    copy = folder / f"{path.name}.copy"
    copy.write_bytes(path.read_bytes())
    connection = apsw.Connection(str(copy))
    connection.pragma("cipher", "chacha20")
    connection.execute(f"PRAGMA key = 'raw:{key.hex()}'")
    connection.pragma("journal_mode", "DELETE")
    connection.execute("PRAGMA rekey = ''")
    connection.close()
    found = copy.read_bytes()
    copy.unlink()
    return found
