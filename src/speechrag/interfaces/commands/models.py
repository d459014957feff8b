"""List, check and carry the models that encode or rerank."""

from __future__ import annotations

import argparse
from pathlib import Path

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import format_option, print_json

SUMMARY = "list, check, pack or unpack the models that encode passages"
EXAMPLE = "speechrag models check /models/bge-small-zh"
ACTIONS = ("list", "check", "pack", "unpack")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("action", choices=ACTIONS, nargs="?", default="list", help="what to do (default: list)")
    parser.add_argument(
        "names", metavar="NAME", nargs="*",
        help="check and pack: a model by name or folder; unpack: an archive; list: folders to look into as well",
    )  # fmt: skip
    parser.add_argument("--out", metavar="PATH", help="pack: the archive to write; unpack: the folder to make")
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

    from speechrag.embedding.models import check_model

    for name in options.names or ["builtin"]:
        report = check_model(name)
        if options.format == "json":
            print_json(asdict(report))
            continue
        limit = f"{report.max_length} tokens" if report.max_length else "no limit"
        print(f"{report.name}: {report.dim} dimensions, {limit}, {_size(report.bytes)}, {report.fingerprint}")
        print(f"  query prompt: {report.query_prompt or '(none)'}")
        print(f"  document prompt: {report.document_prompt or '(none)'}")
        print(
            f"  loads in {report.load_seconds:.1f} s, {report.passages_per_second:.0f} passages of 400 characters"
            f" a processor second, {report.query_milliseconds:.1f} ms a query"
        )
    return 0


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


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count else "-"
