"""Web pages saved as one file (MHTML), which Word also writes under the name .doc."""

from __future__ import annotations

import email

from speechrag.errors import SourceError
from speechrag.sources.encoding import Decoded, decode
from speechrag.sources.html import declared_charset, extract


def read_mht(data: bytes) -> Decoded:
    """Return the main text of the first page in the file. Raises SourceError."""
    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() == "text/html":
            page = part.get_payload(decode=True)
            if not isinstance(page, bytes):
                continue
            read = decode(page, declared_charset(page) or (part.get_content_charset() or ""))
            return Decoded(extract(read.text), read.encoding, read.lost)
    raise SourceError("the saved web page (MHTML) holds no page")
