"""List, check and carry the models that encode or rerank."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import format_option, print_json

if TYPE_CHECKING:
    from speechrag.embedding.models import ModelCheck, RerankerCheck

SUMMARY = "list, check, pack or unpack encoders and rerankers"
EXAMPLE = "speechrag models check /models/bge-small-zh"
ACTIONS = ("list", "check", "pack", "unpack")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, nargs="?", default="list", help="what to do (default: list)")
    parser.add_argument(
        "names", metavar="NAME", nargs="*",
        help="check and pack: a model by name or folder; unpack: an archive; list: more models, or folders of them",
    )  # fmt: skip
    parser.add_argument("--out", metavar="PATH", help="pack: the archive to write (*.zip); unpack: the folder to make")
    format_option(parser, "text", "json")


def run(options: argparse.Namespace) -> int:
    actions = {"list": _list, "check": _check, "pack": _pack, "unpack": _unpack}
    return actions[options.action](options)


def _list(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.embedding.models import list_models

    for model in list_models([Path(name) for name in options.names]):
        if options.format == "json":
            print_json(asdict(model))
        else:
            print(f"{model.name}  {model.kind}  {_size(model.bytes)}  {model.where}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from dataclasses import asdict

    from speechrag.embedding.models import ModelCheck, check_model

    for name in options.names or ["builtin"]:
        report = check_model(name)
        if options.format == "json":
            print_json(asdict(report))
            continue
        print("\n".join(_encoder_lines(report) if isinstance(report, ModelCheck) else _reranker_lines(report)))
    return 0


def _encoder_lines(report: ModelCheck) -> list[str]:
    limit, size = _limit(report.max_length), _size(report.bytes)
    return [
        f"{report.name}: encoder, {report.dim} dimensions, {limit}, {size}, {report.fingerprint}",
        f"  query prompt: {report.query_prompt or '(none)'}",
        f"  document prompt: {report.document_prompt or '(none)'}",
        f"  loads in {report.load_seconds:.1f} s, {report.passages_per_second:.0f} passages of 400 characters"
        f" a processor second, {report.query_milliseconds:.1f} ms a query",
        *([f"  note: {report.note}"] if report.note else []),
    ]


def _reranker_lines(report: RerankerCheck) -> list[str]:
    return [
        f"{report.name}: reranker, {_limit(report.max_length)}, {_size(report.bytes)}, {report.fingerprint}",
        f"  loads in {report.load_seconds:.1f} s, {report.pairs_per_second:.0f} pairs of a question and 400 characters"
        " a processor second",
    ]


def _pack(options: argparse.Namespace) -> int:
    from speechrag.embedding.models import pack_model

    if len(options.names) != 1 or not options.out:
        raise UsageError("models pack takes one NAME and --out FILE.zip")
    print(pack_model(options.names[0], Path(options.out)))
    return 0


def _unpack(options: argparse.Namespace) -> int:
    from speechrag.embedding.models import unpack_model

    if len(options.names) != 1 or not options.out:
        raise UsageError("models unpack takes one archive and --out FOLDER")
    print(unpack_model(Path(options.names[0]), Path(options.out)))
    return 0


def _limit(tokens: int | None) -> str:
    return f"{tokens} tokens" if tokens else "no limit"


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count else "-"
