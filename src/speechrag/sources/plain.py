"""Plain text and Markdown."""

from __future__ import annotations

from speechrag.sources.encoding import Decoded, decode


def read_text(data: bytes) -> Decoded:
    """Return the text of a plain file as it stands, with the encoding it was in. Raises SourceError."""
    return decode(data)
