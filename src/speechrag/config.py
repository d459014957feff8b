"""One typed ``Settings``, read once: flags over environment over file over defaults.

The file is TOML (``speechrag.toml`` in the working directory, or the path in ``SPEECHRAG_CONFIG``); an environment
variable is the upper-case field name with the prefix ``SPEECHRAG_`` (``SPEECHRAG_LLM_BASE_URL``). No other module
reads ``os.environ``.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from speechrag.errors import ConfigError

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
    reranker: str = ""  # a cross-encoder that reads the best of them, by name or path; empty: none
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


# The least and the most of numbers that nothing further on looks at before they are used.
_RANGES: Mapping[str, tuple[float, float]] = {
    "refusal_threshold": (0.0, 1.0),
    "llm_timeout": (0.1, 86_400.0),
    "workers": (0, 1_024),
    "per_minute": (0, 1_000_000),
}
_TYPES: Mapping[str, type] = {f.name: type(f.default) for f in fields(Settings)}


def _coerce(name: str, value: Any, where: str) -> Any:
    kind = _TYPES[name]
    try:
        if isinstance(value, bool) or (kind is str and not isinstance(value, str)):
            raise ValueError
        found = kind(value)
    except (TypeError, ValueError, OverflowError) as exc:
        raise ConfigError(f"{where}: `{name}` is {value!r}; expected {kind.__name__}") from exc
    least, most = _RANGES.get(name, (None, None))
    if least is not None and not least <= found <= most:  # NaN is in no range
        raise ConfigError(f"{where}: `{name}` is {value!r}; expected a number from {least:g} to {most:,.0f}")
    return found


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
