"""Text as HTML. Standard library only."""

from __future__ import annotations

import html


def shown(text: object) -> str:
    """Return text as HTML: escaped, white space as blanks, what cannot be seen named by its number."""
    visible = (c if c.isprintable() else " " if c in "\t\n\r\u3000" else f"⟨U+{ord(c):04X}⟩" for c in str(text))
    return html.escape("".join(visible))
