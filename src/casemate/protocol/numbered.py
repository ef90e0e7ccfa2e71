"""An envelope with its number, as deliveries and paths carry it: what no database could hold is no frame."""

from typing import Annotated

import msgspec

from casemate.protocol.limits import ENVELOPE_BYTES

Number = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
NumberedEnvelope = tuple[Number, Annotated[bytes, msgspec.Meta(max_length=ENVELOPE_BYTES)]]
