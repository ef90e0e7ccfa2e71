"""The security settings that clients of the base API choose: read, and held against what we can give."""

from typing import Final

import msgspec

from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.client.types import DEFAULT_SETTINGS, SessionSecuritySettings

_settings: Final = msgspec.json.Decoder(SessionSecuritySettings)


def settings_of(data: bytes) -> SessionSecuritySettings:
    """The settings a peer gave, as it gave them; the defaults where it gave none or none that we know."""
    try:
        return _settings.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return DEFAULT_SETTINGS


def check_offered(settings: SessionSecuritySettings, *, has_password: bool = False) -> None:
    """Raises Refused for what we cannot give and must not pretend to give."""
    crypto = settings.crypto_params
    if settings.security_level != "Standard":
        raise refuse("settings_not_offered", what=f"security level {settings.security_level}")
    if crypto.encryption_algorithm not in ("AES_GCM_256", "ChaCha20Poly_1305"):
        raise refuse("settings_not_offered", what=crypto.encryption_algorithm)
    if crypto.sig_algorithm != "None":
        raise refuse("settings_not_offered", what=crypto.sig_algorithm)
    if settings.header_obfuscator_settings != "Disabled":
        raise refuse("settings_not_offered", what="header obfuscation")
    if has_password:
        raise refuse("settings_not_offered", what="a password between peers")
