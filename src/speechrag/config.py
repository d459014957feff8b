"""One typed ``Settings``, read once: flags over environment over file over defaults.

The file is TOML (``speechrag.toml`` in the working directory, or the path in ``SPEECHRAG_CONFIG``); an environment
variable is the upper-case field name with the prefix ``SPEECHRAG_`` (``SPEECHRAG_LLM_BASE_URL``). No other module
reads ``os.environ``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from speechrag.errors import ConfigError
from speechrag.registry import CHUNKERS, SEGMENTERS

PACKAGE = Path(__file__).resolve().parent
PREFIX = "SPEECHRAG_"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that a user may set. Paths are as given; sizes are characters unless named otherwise."""

    corpus: str = "corpus"
    index: str = "indexes/default"
    embedder: str = ""  # "builtin", "hash", or a sentence-transformers model; empty: builtin, or what the index has
    segmenter: str = "jieba"
    chunker: str = "section"
    passage_chars: int = 400
    top_k: int = 10
    dense_weight: float = 0.1  # share of the dense channel in the fused score, 0..1
    understanding: str = "on"  # official terms for everyday words, slips of typing mended; on or off
    ranker: str = "on"  # the learned ranker over the best candidates; on or off
    paraphrases: str = "on"  # the ranker of paraphrases, where the query's own words find nothing; on or off
    reranker: str = ""  # what reads the best of them: "reader", or a cross-encoder by name or path; empty: nothing
    refusal_threshold: float = 0.5
    user_dictionary: str = ""  # a jieba user dictionary file
    prompts: str = ""  # folder of prompt files; empty means the ones that come with the package
    llm: str = ""  # default model name for --llm; empty means no LLM
    llm_base_url: str = "http://127.0.0.1:11434/v1"
    llm_api_key: str = "none"
    llm_timeout: float = 60.0  # seconds for one whole answer
    host: str = "127.0.0.1"
    port: int = 7860
    workers: int = 0  # processes that clean texts in a build; 0: a core each up to four, none for little to read
    hosts: str = ""  # further names, by commas, that the page answers to besides ``host`` (such as a proxy's)
    uploads: str = ""  # the sources folder that the page may add files to and build the index from; empty: none
    sets: str = ""  # a folder of question sets in BEIR form that the page offers for evaluation
    per_minute: int = 120  # questions and changes a minute that the page takes from one address; 0: any number

    def prompts_dir(self) -> Path:
        """Return the folder of prompt files: the configured one, the installed one, or the checkout's."""
        if self.prompts:
            return Path(self.prompts)
        installed = PACKAGE / "prompts"
        return installed if installed.is_dir() else PACKAGE.parent.parent / "prompts"


# The least and the most of numbers: where a command has no use for one it would pass in silence.
_RANGES: Mapping[str, tuple[float, float]] = {
    "passage_chars": (1, 1_000_000),
    "top_k": (1, 1_000),
    "dense_weight": (0.0, 1.0),
    "refusal_threshold": (0.0, 1.0),
    "llm_timeout": (0.1, 86_400.0),
    "port": (0, 65_535),
    "workers": (0, 1_024),
    "per_minute": (0, 1_000_000),
}
_CHOICES: Mapping[str, Iterable[str]] = {
    "segmenter": SEGMENTERS,
    "chunker": CHUNKERS,
    "understanding": ("on", "off"),
    "paraphrases": ("on", "off"),
    "ranker": ("on", "off"),
}
_HOST = re.compile(r"[\w.-]+")
_TYPES: Mapping[str, type] = {f.name: type(f.default) for f in fields(Settings)}


def _coerce(name: str, value: Any, where: str) -> Any:
    kind = _TYPES[name]
    shown = "a secret that cannot be used" if name == "llm_api_key" else re.sub(r"//[^/@]{0,500}@", "//", repr(value))
    try:
        if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
            raise ValueError
        found = kind(value)
        if isinstance(value, float) and found != value:  # 1.5 is no count of anything
            raise ValueError
    except (TypeError, ValueError, OverflowError) as exc:
        raise ConfigError(f"{where}: `{name}` is {shown}; expected {kind.__name__}") from exc
    if wanted := _wanted(name, found):
        raise ConfigError(f"{where}: `{name}` is {shown}; expected {wanted}")
    return found


def _wanted(name: str, value: Any) -> str:
    """Return what a setting should be, "" for one that may be as it is."""
    if name in _RANGES:
        least, most = _RANGES[name]
        return "" if least <= value <= most else f"a number from {least:g} to {most:,.0f}"  # NaN is in no range
    if name in _CHOICES:
        return "" if value in _CHOICES[name] else f"one of {', '.join(sorted(_CHOICES[name]))}"
    check = _CHECKS.get(name)
    return "" if check is None or check[0](value) else check[1]


def _is_server(value: str) -> bool:
    try:
        parts = urlsplit(value)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # http://[, or a port that is no number
        return False


def _is_named(value: str) -> bool:
    return bool(value.strip()) and "\0" not in value


def _is_host(value: str) -> bool:
    try:
        ip_address(value.strip("[]"))
    except ValueError:
        return _HOST.fullmatch(value) is not None
    return True


def _are_hosts(value: str) -> bool:
    return all(_is_host(name.strip()) for name in value.split(",") if name.strip())


# Of texts with a form: whether it is that, and what it should be. An empty folder name would be the working directory,
# an empty host every address of this machine, and a header holds no Chinese and no line end.
_CHECKS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "corpus": (_is_named, "the name of a folder"),
    "index": (_is_named, "the name of a folder"),
    "prompts": (lambda value: not value or Path(value).is_dir(), "a folder of prompt files that is there"),
    "host": (_is_host, "a name or address to listen on, 0.0.0.0 for all"),
    "hosts": (_are_hosts, "names of this server with commas between them"),
    "llm_base_url": (_is_server, "an address such as http://127.0.0.1:11434/v1"),
    "llm_api_key": (lambda value: value.isascii() and value.isprintable(), "letters, digits and signs of ASCII"),
}


def _from_file(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be read ({exc.strerror})") from exc
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise ConfigError(f"{path}: not valid TOML in UTF-8 ({exc})") from exc
    unknown = sorted(set(data) - set(_TYPES))
    if unknown:
        raise ConfigError(f"{path}: unknown key `{unknown[0]}`; known keys: {', '.join(sorted(_TYPES))}")
    return {name: _coerce(name, value, str(path)) for name, value in data.items()}


def _from_environment(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, value in environ.items():
        if not variable.startswith(PREFIX) or variable == PREFIX + "CONFIG":
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in _TYPES:
            raise ConfigError(f"environment variable {variable}: no such setting; known: {', '.join(sorted(_TYPES))}")
        found[name] = _coerce(name, value, f"environment variable {variable}")
    return found


def forbid_downloads() -> None:
    """Keep every library from looking for models or reporting home; call before importing transformers or gradio.

    Without it an unknown model name costs 70 seconds of retries on a cut-off network.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"


def load_settings(environ: Mapping[str, str] | None = None, **flags: Any) -> Settings:
    """Return the settings in force; ``flags`` that are None do not count. Raises ConfigError."""
    env = os.environ if environ is None else environ
    named = env.get(PREFIX + "CONFIG")
    path = Path(named) if named else Path("speechrag.toml")
    merged: dict[str, Any] = _from_file(path) if named or path.is_file() else {}
    merged |= _from_environment(env)
    for name, value in flags.items():
        if value is not None:
            merged[name] = _coerce(name, value, f"--{name.replace('_', '-')}")
    return replace(Settings(), **merged)
