"""Settings: flags over environment over file over defaults, and refusals that name the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from speechrag.config import Settings, load_settings
from speechrag.errors import ConfigError, UnknownBackend
from speechrag.registry import CHUNKERS, resolve


def test_defaults_need_no_file() -> None:
    """An office that sets nothing gets the local index and no LLM."""
    assert load_settings({}) == Settings()


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    """The nearest setting counts."""
    file = tmp_path / "s.toml"
    file.write_text('port = 1\nhost = "a"\nindex = "f"\n', encoding="utf-8")
    environ = {"SPEECHRAG_CONFIG": str(file), "SPEECHRAG_PORT": "2", "SPEECHRAG_HOST": "b"}
    settings = load_settings(environ, port=3, host=None)
    assert (settings.port, settings.host, settings.index) == (3, "b", "f")


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("colour = 1\n", "unknown key `colour`"),
        ('port = "x"\n', "`port` is 'x'; expected int"),
        ("= 3", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_one_clear_line(tmp_path: Path, body: str, message: str) -> None:
    """Unknown keys and wrong types name the file, the key and what is expected."""
    file = tmp_path / "s.toml"
    file.write_text(body, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as caught:
        load_settings({"SPEECHRAG_CONFIG": str(file)})
    assert str(file) in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_misspelt_environment_variable_is_refused() -> None:
    """A silent default would be worse than an error."""
    with pytest.raises(ConfigError, match="SPEECHRAG_PROT"):
        load_settings({"SPEECHRAG_PROT": "1"})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SPEECHRAG_PER_MINUTE", "-5", "from 0 to 1,000,000"),
        ("SPEECHRAG_REFUSAL_THRESHOLD", "3", "from 0 to 1"),
        ("SPEECHRAG_REFUSAL_THRESHOLD", "nan", "from 0 to 1"),
        ("SPEECHRAG_LLM_TIMEOUT", "-1", "from 0.1 to 86,400"),
        ("SPEECHRAG_WORKERS", "-2", "from 0 to 1,024"),
    ],
)
def test_a_number_out_of_its_range_is_refused(variable: str, value: str, message: str) -> None:
    """A threshold of 3 would refuse every question without a word, a negative pace would be none."""
    with pytest.raises(ConfigError, match=message) as caught:
        load_settings({variable: value})
    assert variable in str(caught.value) and value in str(caught.value)


def test_a_number_that_no_integer_holds_is_refused(tmp_path: Path) -> None:
    """TOML knows infinity; a port is none of it."""
    file = tmp_path / "s.toml"
    file.write_text("port = inf\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="`port` is inf; expected int"):
        load_settings({"SPEECHRAG_CONFIG": str(file)})


def test_an_unknown_backend_lists_the_choices() -> None:
    """The error is the documentation."""
    with pytest.raises(UnknownBackend, match="available: document, section"):
        resolve(CHUNKERS, "pages")
