"""Two people who talk, each in a window of their own service."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.message_extensions import DeleteMessages, EditMessage
from casemate.protocol.client.views import ConversationView, MessageReference, MessageView
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

SAID = "07" * 16
ANSWER = "08" * 16


class Talk:
    """Alice and Bob, connected, in two houses."""

    def __init__(self, street: Street, house: House) -> None:
        self.street = street
        self.alice, self.bob = house.view(), street.house("other").view()
        self.a, self.b = self.alice.register("alice"), self.bob.register("bob")
        for view, cid in ((self.alice, self.a), (self.bob, self.b)):
            view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
        self.alice.befriend(self.a, self.bob, self.b)
        self.conversation = self.alice.conversation(self.a, self.b)

    def say(
        self, view: Client, cid: Cid, message_id: str, text: str, to: MessageReference | None = None
    ) -> MessageView:
        request = ext.SendChat(
            request_id=new_id(), cid=cid, conversation=self.conversation, message_id=message_id, text=text, reply_to=to
        )
        return view.expect(ext.MessageQueued, request).message

    def page(self, view: Client, cid: Cid) -> dict[str, MessageView]:
        request = ext.GetTimeline(request_id=new_id(), cid=cid, conversation=self.conversation)
        return {message.id: message for message in view.expect(ext.TimelinePage, request).messages}

    def row(self, view: Client, cid: Cid) -> ConversationView:
        [row] = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid)).conversations
        return row

    def edit(self, text: str, message_id: str = SAID) -> EditMessage:
        return EditMessage(
            request_id=new_id(), cid=self.a, conversation=self.conversation, message_id=message_id, text=text
        )

    def delete(self, cid: Cid, *message_ids: str, everywhere: bool) -> DeleteMessages:
        return DeleteMessages(
            request_id=new_id(),
            cid=cid,
            conversation=self.conversation,
            message_ids=list(message_ids),
            everywhere=everywhere,
        )

    @property
    def alices_id(self) -> str:
        author = self.page(self.alice, self.a)[SAID].author
        assert author is not None
        return author
