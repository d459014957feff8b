"""Open the web page."""

from __future__ import annotations

import argparse

from speechrag.interfaces.commands.common import index_option, open_engine

SUMMARY = "open the web page"
EXAMPLE = "speechrag serve --port 7860"


def arguments(parser: argparse.ArgumentParser) -> None:
    index_option(parser)
    parser.add_argument("--host", help="address to listen on (default: 127.0.0.1)")
    parser.add_argument("--port", type=int, help="port to listen on (default: 7860)")


def run(options: argparse.Namespace) -> int:
    from speechrag.interfaces.web import serve

    engine, settings = open_engine(options, "host", "port")
    engine.warm()
    serve(engine, settings)
    return 0
