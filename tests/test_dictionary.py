"""A user dictionary without a word is refused, since whoever names one wants words known."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechrag.dictionary import read_dictionary
from speechrag.errors import ConfigError


@pytest.mark.parametrize("content", ["", "\n  \n"])
def test_an_empty_user_dictionary_is_refused(tmp_path: Path, content: str) -> None:
    """The file is named and what to do is said."""
    path = tmp_path / "words.txt"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"words\.txt: the user dictionary holds no word"):
        read_dictionary(path)
