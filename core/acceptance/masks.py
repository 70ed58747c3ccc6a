"""What of each field may be seen once the item is committed (R75, R79)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from core.commands import Field
from core.identity.masking import mask_address, mask_name, mask_phone

_MASKS: Mapping[Field, Callable[[str], str]] = {
    Field.SENDER_NAME: mask_name,
    Field.SENDER_PHONE: mask_phone,
    Field.SENDER_ADDRESS: mask_address,
    Field.RECIPIENT_NAME: mask_name,
    Field.RECIPIENT_PHONE: mask_phone,
    Field.RECIPIENT_ADDRESS: mask_address,
}


def masked(name: Field, text: str) -> str:
    """The masked text of a field; what names nobody stays as it is."""
    mask = _MASKS.get(name)
    return mask(text) if mask is not None and text else text
