"""WorkspaceProtocol: the JSON that a Citadel client sends to its workspace, as far as we answer it.

It has no request id: one answer per request, in order. Ids are text; timestamps stay below 2^53.
"""

from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

ROOT: Final = "workspace-root"
"""A null workspace, domain or node id means this one."""

Permission = Literal["ViewContent", "SendMessages", "ReadMessages", "UploadFiles", "DownloadFiles"]
MEMBER_PERMISSIONS: Final[list[Permission]] = [
    "ViewContent",
    "SendMessages",
    "ReadMessages",
    "UploadFiles",
    "DownloadFiles",
]


class _Value(msgspec.Struct, frozen=True, kw_only=True):
    pass


class Workspace(_Value, frozen=True, kw_only=True):
    id: str
    name: str
    description: str
    owner_id: str
    members: list[str]
    offices: list[str]
    metadata: list[int]


class WorkspaceMetadata(_Value, frozen=True, kw_only=True):
    id: str
    name: str
    description: str
    owner_id: str
    is_default: bool
    member_count: int


class User(_Value, frozen=True, kw_only=True):
    id: str
    name: str
    role: Literal["Admin", "Owner", "Member", "Guest", "Banned"]
    permissions: dict[str, list[Permission]]
    metadata: dict[str, Any]


class UserPermissions(_Value, frozen=True, kw_only=True):
    domain_id: str
    user_id: str
    role: Literal["Admin", "Owner", "Member", "Guest", "Banned"]
    permissions: list[Permission]


class ServerCapabilities(_Value, frozen=True, kw_only=True):
    allow_server_file_transfer: bool
    allow_server_revfs_storage: bool
    max_file_transfer_size_mb: int
    revfs_storage_quota_mb: int


class DomainPermissions(_Value, frozen=True, kw_only=True):
    create_node: bool = False
    delete_node: bool = False
    update_node: bool = False
    create_workspace: bool = False
    update_workspace: bool = False
    delete_workspace: bool = False
    edit_content: bool = False
    add_users: bool = False
    remove_users: bool = False
    edit_mdx: bool = False
    edit_node_config: bool = False
    add_node: bool = False
    update_node_settings: bool = False
    view_content: bool = True
    manage_node_members: bool = False
    send_messages: bool = False
    read_messages: bool = True
    upload_files: bool = False
    download_files: bool = True
    manage_domains: bool = False
    configure_system: bool = False
    edit_workspace_config: bool = False
    ban_user: bool = False
    edit_tree_structure: bool = False
    manage_node_types: bool = False


class DomainNode(_Value, frozen=True, kw_only=True):
    id: str
    parent_id: str | None
    entity_type: Literal["Workspace"] | dict[str, str]
    depth: int
    name: str
    description: str
    owner_id: str
    members: list[str]
    children: list[str]
    mdx_content: str
    rules: str | None
    chat_enabled: bool
    chat_channel_id: str | None
    default_permissions: DomainPermissions
    metadata: list[int]
    allowed_child_types: list[str] | None
    is_default: bool
    created_at: int
    updated_at: int


class TreeNode(_Value, frozen=True, kw_only=True):
    node: DomainNode
    children: list["TreeNode"]


class TreeStructure(_Value, frozen=True, kw_only=True):
    root: TreeNode


class ServerShutdown(_Value, frozen=True, kw_only=True):
    message: str
    drain_seconds: int


class WorkspaceResponse(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal"):
    """Exactly one of the fields."""

    workspace: Workspace | UnsetType = UNSET
    workspaces: list[WorkspaceMetadata] | UnsetType = UNSET
    members: list[User] | UnsetType = UNSET
    member: User | UnsetType = UNSET
    user_permissions: UserPermissions | UnsetType = UNSET
    server_capabilities: ServerCapabilities | UnsetType = UNSET
    tree_structure: TreeStructure | UnsetType = UNSET
    nodes: list[DomainNode] | UnsetType = UNSET
    server_shutdown: ServerShutdown | UnsetType = UNSET
    error: str | UnsetType = UNSET


Answer = WorkspaceResponse | Literal["WorkspaceNotInitialized"]


class WorkspaceRequest(msgspec.Struct, frozen=True):
    """A request's name and its fields, which the answering code looks at."""

    name: str
    fields: dict[str, Any]


class _Payload(msgspec.Struct, frozen=True, rename="pascal", forbid_unknown_fields=True):
    request: str | dict[str, dict[str, Any]]


_payload: Final = msgspec.json.Decoder(_Payload)


def decode_request(data: bytes) -> WorkspaceRequest | None:
    """None for text that is no request."""
    try:
        request = _payload.decode(data).request
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    if isinstance(request, str):
        return WorkspaceRequest(request, {})
    if len(request) != 1:
        return None
    ((name, fields),) = request.items()
    return WorkspaceRequest(name, fields)


def encode_answer(answer: Answer) -> bytes:
    return msgspec.json.encode({"Response": answer})
