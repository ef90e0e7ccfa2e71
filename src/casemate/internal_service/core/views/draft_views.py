"""Drafts as views see them."""

from casemate.internal_service.core.sessions.ports import Draft
from casemate.protocol.client.views import DraftView


def draft_view(draft: Draft) -> DraftView:
    return DraftView(
        conversation=draft.conversation.hex(),
        slot=draft.slot.hex(),
        text=draft.text,
        revision=draft.revision,
        place=draft.place,
    )
