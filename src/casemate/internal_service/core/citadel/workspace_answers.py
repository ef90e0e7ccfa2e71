"""What the workspace truthfully says: the server's people, no offices or rooms yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from casemate.protocol import workspace as ws
from casemate.protocol.client.views import DirectoryRow

_NOBODY: Final = ""
"""Who owns the workspace: the server's operator, who is no user of it."""

_PEOPLE: Final = frozenset(
    {"GetWorkspace", "ListWorkspaces", "ListMembers", "GetMember", "GetUserPermissions", "GetTreeStructure"}
)
_CAPABILITIES: Final = ws.ServerCapabilities(
    allow_server_file_transfer=False,
    allow_server_revfs_storage=False,
    max_file_transfer_size_mb=0,
    revfs_storage_quota_mb=0,
)


@dataclass(frozen=True, slots=True)
class Me:
    """Whose session asks; the directory lists everybody else."""

    username: str
    full_name: str
    server_address: str


def needs_people(request: ws.WorkspaceRequest) -> bool:
    """Whether only the server's directory can answer it."""
    return request.name in _PEOPLE


def answer_at_once(request: ws.WorkspaceRequest) -> ws.Answer:
    match request.name:
        case "GetServerCapabilities":
            return ws.WorkspaceResponse(server_capabilities=_CAPABILITIES)
        case "ListNodes":
            parent = request.fields.get("parent_id")
            return ws.WorkspaceResponse(nodes=[]) if parent in (None, ws.ROOT) else _error(f"Node {parent} not found")
        case "Message":
            return _error("Only peers may receive this message")
        case _:
            return _error(f"{request.name[:64]} is not available yet")


def answer_with_people(request: ws.WorkspaceRequest, me: Me, others: Sequence[DirectoryRow]) -> ws.Answer:
    names = [me.username, *(row.username for row in others)]
    fields = request.fields
    match request.name:
        case "GetWorkspace":
            if fields.get("workspace_id") not in (None, ws.ROOT):
                return "WorkspaceNotInitialized"
            return ws.WorkspaceResponse(workspace=_workspace(me, names))
        case "ListWorkspaces":
            return ws.WorkspaceResponse(workspaces=[_metadata(me, len(names))])
        case "ListMembers":
            if fields.get("domain_id") not in (None, ws.ROOT):
                return _error("Domain not found")
            return ws.WorkspaceResponse(members=[_me(me), *map(_user, others)])
        case "GetMember":
            return _member(me, others, fields.get("user_id"))
        case "GetUserPermissions":
            return _permissions(me, fields)
        case _:
            if fields.get("root_id") not in (None, ws.ROOT):
                return _error("Node not found")
            return ws.WorkspaceResponse(
                tree_structure=ws.TreeStructure(root=ws.TreeNode(node=_root(me, names), children=[]))
            )


def _member(me: Me, others: Sequence[DirectoryRow], user_id: Any) -> ws.Answer:
    if user_id == me.username:
        return ws.WorkspaceResponse(member=_me(me))
    found = next((row for row in others if row.username == user_id), None)
    return _error("User not found") if found is None else ws.WorkspaceResponse(member=_user(found))


def _permissions(me: Me, fields: dict[str, Any]) -> ws.Answer:
    """One's own only: nobody here is an Admin."""
    if fields.get("user_id") != me.username:
        return _error("Permission denied")
    if fields.get("domain_id") not in (None, ws.ROOT):
        return _error("Domain not found")
    return ws.WorkspaceResponse(
        user_permissions=ws.UserPermissions(
            domain_id=ws.ROOT, user_id=me.username, role="Member", permissions=ws.MEMBER_PERMISSIONS
        )
    )


def _workspace(me: Me, names: list[str]) -> ws.Workspace:
    return ws.Workspace(
        id=ws.ROOT,
        name=me.server_address,
        description="",
        owner_id=_NOBODY,
        members=names,
        offices=[],
        metadata=[],
    )


def _metadata(me: Me, member_count: int) -> ws.WorkspaceMetadata:
    return ws.WorkspaceMetadata(
        id=ws.ROOT,
        name=me.server_address,
        description="",
        owner_id=_NOBODY,
        is_default=True,
        member_count=member_count,
    )


def _root(me: Me, names: list[str]) -> ws.DomainNode:
    return ws.DomainNode(
        id=ws.ROOT,
        parent_id=None,
        entity_type="Workspace",
        depth=0,
        name=me.server_address,
        description="",
        owner_id=_NOBODY,
        members=names,
        children=[],
        mdx_content="",
        rules=None,
        chat_enabled=False,
        chat_channel_id=None,
        default_permissions=ws.DomainPermissions(),
        metadata=[],
        allowed_child_types=None,
        is_default=True,
        created_at=0,
        updated_at=0,
    )


def _me(me: Me) -> ws.User:
    return _as_member(me.username, me.full_name)


def _user(row: DirectoryRow) -> ws.User:
    return _as_member(row.username, row.full_name)


def _as_member(username: str, full_name: str) -> ws.User:
    return ws.User(
        id=username, name=full_name, role="Member", permissions={ws.ROOT: ws.MEMBER_PERMISSIONS}, metadata={}
    )


def _error(text: str) -> ws.WorkspaceResponse:
    return ws.WorkspaceResponse(error=text)
