"""Bytes to characters, all of them or none."""

from __future__ import annotations


def strictly(data: bytes, encoding: str) -> str | None:
    """Return ``data`` in characters, None where it does not fit ``encoding``."""
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None
