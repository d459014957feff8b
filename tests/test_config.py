"""Settings: flags over environment over file over defaults, and refusals that name the key."""

from __future__ import annotations

import re
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
        ("SPEECHRAG_TOP_K", "0", "from 1 to 1,000"),
        ("SPEECHRAG_PASSAGE_CHARS", "-1", "from 1 to 1,000,000"),
        ("SPEECHRAG_DENSE_WEIGHT", "inf", "from 0 to 1"),
        ("SPEECHRAG_PORT", "65536", "from 0 to 65,535"),
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


@pytest.mark.parametrize("value", ["inf", "7860.5"])
def test_a_number_that_no_integer_holds_is_refused(tmp_path: Path, value: str) -> None:
    """TOML knows infinity and fractions; a port is none of them and is not rounded to one."""
    file = tmp_path / "s.toml"
    file.write_text(f"port = {value}\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=f"`port` is {value}; expected int"):
        load_settings({"SPEECHRAG_CONFIG": str(file)})


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("SPEECHRAG_SEGMENTER", "foo", "one of characters, jieba, rjieba"),
        ("SPEECHRAG_CHUNKER", "", "one of document, section"),
        ("SPEECHRAG_UNDERSTANDING", "yes", "one of off, on"),
        ("SPEECHRAG_RANKER", "1", "one of off, on"),
        ("SPEECHRAG_INDEX", "", "the name of a folder"),
        ("SPEECHRAG_CORPUS", " ", "the name of a folder"),
        ("SPEECHRAG_PROMPTS", "没有这个夹", "a folder of prompt files"),
        ("SPEECHRAG_HOST", "", "0.0.0.0 for all"),
        ("SPEECHRAG_HOST", "http://a", "a name or address"),
        ("SPEECHRAG_HOSTS", "a.b:80", "names of this server"),
        ("SPEECHRAG_HOSTS", "a.b,*", "names of this server"),
        ("SPEECHRAG_LLM_BASE_URL", "", "http://127.0.0.1:11434/v1"),
        ("SPEECHRAG_LLM_BASE_URL", "127.0.0.1:11434", "http://127.0.0.1:11434/v1"),
        ("SPEECHRAG_LLM_BASE_URL", "file:///etc", "http://127.0.0.1:11434/v1"),
        ("SPEECHRAG_LLM_BASE_URL", "http://[", "http://127.0.0.1:11434/v1"),
        ("SPEECHRAG_LLM_BASE_URL", "http://a:99999", "http://127.0.0.1:11434/v1"),
    ],
)
def test_a_text_of_the_wrong_form_is_refused(variable: str, value: str, message: str) -> None:
    """An empty host would listen to everybody and an empty folder read the working directory, both in silence."""
    with pytest.raises(ConfigError, match=re.escape(message)) as caught:
        load_settings({variable: value})
    assert f"{variable}: `{variable.removeprefix('SPEECHRAG_').lower()}` is {value!r}" in str(caught.value)


@pytest.mark.parametrize("hosts", ["", "a.b, 192.168.1.1,[::1],fe80::1", "办公室.local"])
def test_names_and_addresses_are_hosts(hosts: str) -> None:
    """Names, addresses of both kinds and none at all are what a proxy may be called."""
    assert load_settings({"SPEECHRAG_HOSTS": hosts}).hosts == hosts


def test_a_key_is_never_shown_again(tmp_path: Path) -> None:
    """A key that no header can hold is refused, and the refusal, which ends in a log, does not repeat it."""
    file = tmp_path / "s.toml"
    file.write_text("llm_api_key = 97531\n", encoding="utf-8")
    for environ in ({"SPEECHRAG_LLM_API_KEY": "密钥97531"}, {"SPEECHRAG_CONFIG": str(file)}):
        with pytest.raises(ConfigError, match="`llm_api_key` is a secret that cannot be used") as caught:
            load_settings(environ)
        assert "97531" not in str(caught.value)


def test_an_unknown_backend_lists_the_choices() -> None:
    """The error is the documentation."""
    with pytest.raises(UnknownBackend, match="available: document, section"):
        resolve(CHUNKERS, "pages")
