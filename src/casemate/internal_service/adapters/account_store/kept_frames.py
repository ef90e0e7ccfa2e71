"""Messages that clients keep among their pairs as ILM does, and where: what is taken back is emptied there, too."""

from typing import Final

from casemate.internal_service.adapters.account_store.local_db import LocalDbTable, scope_blob
from casemate.internal_service.adapters.account_store.profile_and_peers import ProfileTable
from casemate.internal_service.core.account.conversations import ilm
from casemate.protocol.ids import Cid

HEADS_KEPT: Final = 1_000
"""Of one pair; one that holds more messages is looked at for each."""
_ANY_HEAD: Final = b""


class KeptFramesTable(LocalDbTable, ProfileTable):
    def kv_set(self, scope: Cid | None, key: str, value: bytes) -> None:
        super().kv_set(scope, key, value)
        self._stored.execute("DELETE FROM kept_frames WHERE scope = ? AND key = ?", scope_blob(scope), key)
        profile = self.profile()
        heads = [_ANY_HEAD] if profile is None else ilm.heads_in(value, profile.cid, HEADS_KEPT + 1)
        if len(heads) > HEADS_KEPT:
            heads = [_ANY_HEAD]
        self._stored.executemany(
            "INSERT INTO kept_frames (scope, key, head) VALUES (?, ?, ?)",
            [(scope_blob(scope), key, head) for head in heads],
        )

    def frame_blank(self, frame: ilm.Data) -> None:
        """Wherever it is kept, spaces take the place of its words: whoever reads the value by its lengths still finds
        its way."""
        written = ilm.payload(frame)
        blanked = written[: len(written) - len(frame.body)] + b" " * len(frame.body)
        rows = self._stored.rows(
            "SELECT scope, key, value FROM kept_frames INDEXED BY kept_frames_by_head CROSS JOIN local_db"
            " USING (scope, key) WHERE head IN (?, ?) AND instr(value, ?) > 0",
            ilm.head(frame),
            _ANY_HEAD,
            written,
        )
        self._stored.executemany(
            "UPDATE local_db SET value = ? WHERE scope = ? AND key = ?",
            [(value.replace(written, blanked), scope, key) for scope, key, value in rows],
        )
