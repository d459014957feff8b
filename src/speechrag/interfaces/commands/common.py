"""What the commands share: options, inputs from arguments and files, outputs."""

from __future__ import annotations

import argparse
import contextlib
import json
import secrets
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.config import Settings, load_settings
from speechrag.errors import SpeechragError, UsageError
from speechrag.interfaces.messages import said
from speechrag.text import displayable

if TYPE_CHECKING:
    from speechrag.engine import Engine

Filters = dict[str, tuple[str, ...]]


def index_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--index", metavar="DIR", help="index folder (default: indexes/default)")


def format_option(parser: argparse.ArgumentParser, *formats: str) -> None:
    parser.add_argument("--format", choices=formats, default=formats[0], help=f"output form (default: {formats[0]})")


def progress_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--progress", choices=("auto", "lines"), default="auto",
        help="auto: a bar on a terminal; lines: a JSON object a step on stderr (default: auto)",
    )  # fmt: skip


def filter_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--filter", metavar="KEY=VALUE", nargs="+", action="extend", default=[],
        help="only speeches with this metadata, e.g. year=2009; the same key twice means either",
    )  # fmt: skip


def llm_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--llm", metavar="NAME", help="word it with this model of an OpenAI-compatible server")


def writing_options(parser: argparse.ArgumentParser, *formats: str) -> None:
    """Add what every command has that writes from an index: where from, about which speeches, how worded and shown."""
    index_option(parser)
    filter_option(parser)
    llm_option(parser)
    format_option(parser, *formats)


def read_settings(options: argparse.Namespace, *names: str) -> Settings:
    return load_settings(**{name: getattr(options, name) for name in names})


def open_engine(options: argparse.Namespace, *names: str) -> tuple[Engine, Settings]:
    from speechrag.engine import Engine

    settings = read_settings(options, "index", *names)
    return Engine.open(settings.index, settings), settings


def named(value: str) -> str:
    """Return the name of a file to write. Raises ArgumentTypeError for none: what was asked for would be left out."""
    if not value:
        raise argparse.ArgumentTypeError("the name of the file is empty")
    return value


def parse_filters(pairs: Iterable[str]) -> Filters:
    found: dict[str, list[str]] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not (sign and key.strip() and value.strip()):
            raise UsageError(f"--filter {pair!r}: expected key=value, for example year=2009")
        found.setdefault(typed(key.strip()), []).append(typed(value.strip()))
    return {key: tuple(values) for key, values in found.items()}


def read_inputs(single: str | None, file: str | None, id_key: str, text_key: str) -> Iterator[tuple[str, str]]:
    """Yield (id, text) from the argument or from a file of JSON lines; exactly one of the two must be given.

    Raises UsageError for an empty text, for an id that a line before has, and for a file without a line: no answer at
    all must not pass for success.
    """
    if (single is None) == (file is None):
        raise UsageError(f"give either a {text_key} or a file of them, not both and not neither")
    if file is None:
        if _says_nothing(typed(str(single))):
            raise UsageError(f"the {text_key} is empty; write some words")
        yield "1", typed(str(single))
        return
    expected = f'expected {{"{id_key}": "...", "{text_key}": "..."}}'
    seen: dict[str, int] = {}
    for number, line in enumerate(read_lines(Path(file)), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line, object_pairs_hook=_each_once)
            identifier, text = row[id_key], row[text_key]
        except (ValueError, KeyError, TypeError, RecursionError) as exc:
            raise UsageError(f"{file}:{number}: not such a line; {expected}") from exc
        if not isinstance(identifier, str | int) or isinstance(identifier, bool):
            raise UsageError(f"{file}:{number}: `{id_key}` is {identifier!r}; {expected}")
        if not isinstance(text, str) or _says_nothing(text):
            raise UsageError(f"{file}:{number}: `{text_key}` is {text!r}; {expected}")
        if (first := seen.setdefault(str(identifier), number)) != number:
            raise UsageError(f"{file}:{number}: the {id_key} {str(identifier)!r} stands in line {first} already")
        yield str(identifier), text
    if not seen:
        raise UsageError(f"{file}: holds no line; {expected}")


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Return a JSON object. Raises ValueError for a key that stands in it twice: which was meant is not known."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def typed(text: str) -> str:
    """Return an argument as UTF-8 where a locale without Chinese left its bytes undecoded."""
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    except UnicodeEncodeError:  # another kind of surrogate: the search replaces it
        return text


def _says_nothing(text: str) -> bool:
    """Tell whether nothing can be seen of ``text``: white space, or characters that stand for none."""
    return not displayable(text).strip()


def read_lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as exc:
        raise UsageError(f"{path}: cannot be read ({exc.strerror})") from exc
    except UnicodeDecodeError as exc:
        raise UsageError(f"{path}: byte {exc.start} is not UTF-8; save the file as UTF-8") from exc


def print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False), flush=True)


def write_file(path: Path, data: bytes, option: str = "--out") -> None:
    """Write beside the target, then rename: an interrupted export leaves no half file.

    What is no file, such as /dev/null, is written to and stays what it is. Raises SpeechragError.
    """
    beside = path.parent / f".{secrets.token_hex(8)}.part"  # a name of its own: nothing is there, and it is short
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)  # a folder says so
        else:
            with beside.open("xb") as file:
                file.write(data)
            beside.replace(path)
    except OSError as exc:
        raise SpeechragError(f"{path}: cannot be written ({exc.strerror}); choose another {option}") from exc
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    print(said(f"wrote {path}"), file=sys.stderr)


def made_folder(path: Path, option: str) -> Path:
    """Return the folder, made where it is missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise SpeechragError(f"{path}: cannot be made ({exc.strerror}); choose another {option}") from exc
    return path


class Progress:
    """One line on a terminal, nothing elsewhere; with ``lines`` a JSON object a step on stderr, for programs."""

    NAMES = {"reading": "读取与整理", "indexing": "建立索引", "embedding": "计算语义向量", "searching": "检索"}  # noqa: RUF012
    WIDTH = 30

    def __init__(self, lines: bool = False) -> None:
        self._lines, self._live = lines, sys.stderr.isatty()

    def __call__(self, stage: str, done: int, total: int) -> None:
        if self._lines:
            print(json.dumps({"stage": stage, "done": done, "total": total}), file=sys.stderr, flush=True)
            return
        if not self._live or not total:
            return
        filled = self.WIDTH * done // total
        bar = "█" * filled + "░" * (self.WIDTH - filled)
        end = "\n" if done == total else ""
        print(f"\r{self.NAMES.get(stage, stage)} {bar} {done}/{total}", end=end, file=sys.stderr, flush=True)
