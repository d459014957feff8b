"""Open the web page."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from speechrag.errors import UsageError
from speechrag.interfaces.commands.common import index_option, open_engine

SUMMARY = "open the web page"
EXAMPLE = "speechrag serve --port 7860"


def arguments(parser: argparse.ArgumentParser) -> None:
    index_option(parser)
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on, 0 for a free one (default: 7860)")
    parser.add_argument(
        "--allow-upload", metavar="FOLDER", nargs="?", const="",
        help="let visitors add files to FOLDER, the one the index was built from (default: corpus), and build anew",
    )  # fmt: skip
    parser.add_argument("--sets", metavar="DIR", help="a folder of question sets in BEIR form to offer for evaluation")


def run(options: argparse.Namespace) -> int:
    from speechrag.interfaces.uploads import check_sources
    from speechrag.interfaces.web import serve

    engine, settings = open_engine(options, "host", "port", "sets")
    if settings.sets and not Path(settings.sets).is_dir():
        raise UsageError(f"--sets {settings.sets}: no such folder; name one of question sets in BEIR form")
    if options.allow_upload is not None:
        settings = replace(settings, uploads=options.allow_upload or settings.corpus)
    if settings.uploads:
        check_sources(engine, Path(settings.uploads))
    engine.warm()
    serve(engine, settings)
    return 0
