"""Files, virtual files and groups: refused truthfully until they exist."""

from typing import Final

from casemate.protocol.client import requests as ask

NOT_YET: Final[tuple[type[ask.Request], ...]] = (
    ask.SendFile,
    ask.RespondFileTransfer,
    ask.DownloadFile,
    ask.DeleteVirtualFile,
    ask.PickFile,
    ask.GroupCreate,
    ask.GroupInvite,
    ask.GroupRespondRequest,
    ask.GroupMessage,
    ask.GroupLeave,
    ask.GroupEnd,
    ask.GroupKick,
    ask.GroupListGroupsFor,
    ask.GroupRequestJoin,
)
"""Each is answered by its own failure, "not available yet"."""
