"""What every response tells the browser to forbid."""

from typing import Final

_BASE: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}
SHELL_WORKER: Final = "/shell-worker.js"
NEVER_KEPT: Final = {"Cache-Control": "no-store"}
KEPT_FOR_EVER: Final = {"Cache-Control": "private, max-age=31536000, immutable"}
ASKED_AGAIN: Final = {"Cache-Control": "private, no-cache"}


def safe_headers(host: str) -> dict[str, str]:
    """`host` has passed the gate, or is empty. Styles may be inline (the UI's dialogs set them), scripts never.

    The one worker is the one that keeps the page's own files.
    """
    sockets = f" ws://{host} wss://{host}" if host else ""
    worker = f"http://{host}{SHELL_WORKER} https://{host}{SHELL_WORKER}" if host else "'none'"
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:;"
        f" font-src 'self'; connect-src 'self'{sockets}; manifest-src 'self'; worker-src {worker};"
        " base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {**_BASE, "Content-Security-Policy": policy}
