"""A user dictionary in jieba's form: one word a line, then its frequency and its part of speech if wanted."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

from speechrag.decoding import strictly
from speechrag.errors import ConfigError

# What jieba takes apart; anything else it would take for one long word with spaces in it, and never find.
_ENTRY = re.compile(r"\S+(?: [0-9]+)?(?: [a-z]+)?", re.ASCII)


def read_dictionary(path: Path) -> list[str]:
    """Return the entries of a user dictionary, their fields parted by single spaces, blank lines left out.

    Read as UTF-8, as UTF-16 where a byte order mark says so, and else as GB18030, which Windows saves as "ANSI". Raises
    ConfigError for a file that cannot be read, for bytes in no such encoding, for a line that is no entry, and for a
    file without any.
    """
    try:
        text = _decoded(path, path.read_bytes())
    except OSError as exc:
        raise ConfigError(f"{path}: the user dictionary cannot be read ({exc.strerror})") from exc
    entries = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = " ".join(line.split())
        if entry and not _ENTRY.fullmatch(entry):
            raise ConfigError(
                f"{path}:{number}: {entry[:60]!r} is no entry of a user dictionary; expected a word, then if wanted "
                "its frequency in figures and its part of speech in small letters, as in 社情民意 1000 n"
            )
        entries += [entry] if entry else []
    if not entries:
        raise ConfigError(f"{path}: the user dictionary holds no word; write one a line, or name no dictionary")
    return entries


def _decoded(path: Path, data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", *([] if _mostly_utf8(data) else ["gb18030"])]
    for text in (strictly(data, encoding) for encoding in encodings):
        if text is not None and not any(unicodedata.category(char) == "Cc" and not char.isspace() for char in text):
            return text
    raise ConfigError(
        f"{path}: the user dictionary is neither in UTF-8 nor in GB18030; open it in an editor and save it as UTF-8"
    )


def _mostly_utf8(data: bytes) -> bool:
    """Tell damaged UTF-8 from GB18030: damaged bytes fit that too, and give rare characters nobody wrote."""
    telling = [line for line in data.split(b"\n") if not line.isascii()]
    return 2 * sum(strictly(line, "utf-8") is not None for line in telling) > len(telling)
