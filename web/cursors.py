# SPDX-License-Identifier: EUPL-1.2
"""Cursors: where a list goes on, opaque to the caller, good for the very list that it was given with."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets

from schemas.errors import CursorRefused

_MOST_CHARACTERS = 4096
_SEAL_BYTES = 16


class Cursors:
    """Seals places in lists with HMAC-SHA-256 (RFC 2104), the list itself among what is sealed."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secrets.token_bytes(32) if secret is None else secret.encode()

    def seal(self, listed: object, place: object) -> str:
        """The cursor for a place in a list. Both are JSON values; `listed` is all that the list depends on."""
        body = _json(place)
        return base64.urlsafe_b64encode(self._seal(listed, body) + body).decode().rstrip("=")

    def open(self, listed: object, cursor: str) -> object:
        """The place. Raises CursorRefused for a cursor that was altered or is of another list."""
        try:
            if len(cursor) > _MOST_CHARACTERS or not cursor.isascii():
                raise CursorRefused
            data = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        except (binascii.Error, ValueError):
            raise CursorRefused from None
        if base64.urlsafe_b64encode(data).decode().rstrip("=") != cursor:  # decoding passes over what does not belong
            raise CursorRefused
        seal, body = data[:_SEAL_BYTES], data[_SEAL_BYTES:]
        if not hmac.compare_digest(seal, self._seal(listed, body)):
            raise CursorRefused
        place: object = json.loads(body)
        return place

    def _seal(self, listed: object, body: bytes) -> bytes:
        # A digest of the list, so that no list and place can be read as another list and place.
        message = hashlib.sha256(_json(listed)).digest() + body
        return hmac.new(self._secret, message, hashlib.sha256).digest()[:_SEAL_BYTES]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
