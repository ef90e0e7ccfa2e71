"""The local web surface: the UI's files, the clients' WebSocket, and who may have them."""

from casemate.internal_service.adapters.web_surface.site import WebSurface

__all__ = ["WebSurface"]
