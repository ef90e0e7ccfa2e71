"""The local network, over multicast DNS: docs/protocol/lan.md. Only this package imports `zeroconf`.

| file | what is there |
| --- | --- |
| `local_network` | what the core asks for, done; what is heard, told |
| `segment` | multicast DNS on one network interface |
| `announcement` | an announcement as bytes, read with suspicion |
| `neighbours` | who was heard, bounded in number and rate |
| `interfaces` | the networks this computer is in |
"""

from casemate.internal_service.adapters.lan.local_network import LocalNetwork

__all__ = ["LocalNetwork"]
