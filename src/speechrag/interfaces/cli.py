"""The command line: one verb a job; results on stdout, everything else on stderr.

Exit codes: 0 done, 1 failed, 2 misused.
"""

from __future__ import annotations

import argparse
import codecs
import difflib
import io
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import NoReturn

from speechrag import __version__
from speechrag.errors import SpeechragError
from speechrag.interfaces.commands import VERBS
from speechrag.interfaces.messages import said
from speechrag.sources.walk import display_name


class _Parser(argparse.ArgumentParser):
    """Argument parser whose errors are one line and suggest the verb that was meant."""

    def error(self, message: str) -> NoReturn:
        if "invalid choice" in message and self.prog == "speechrag":
            typed = message.partition("'")[2].partition("'")[0]
            near = difflib.get_close_matches(typed, VERBS, n=1)
            guess = f"; did you mean `speechrag {near[0]}`?" if near else ""
            message = f"there is no command {typed!r}{guess} (commands: {', '.join(VERBS)})"
        self.exit(2, f"speechrag: {said(message)}\nhint: {self.prog} --help\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    _speak_utf8()
    arguments = list(sys.argv[1:] if argv is None else argv)
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:  # argparse exits by itself, 0 for --help and 2 for misuse
        return int(stop.code or 0)
    try:
        return int(options.run(options))
    except SpeechragError as exc:
        print(f"speechrag: {said(exc)}", file=sys.stderr)
        if exc.hint:
            print(f"hint: {said(exc.hint)}", file=sys.stderr)
        return exc.exit_code
    except KeyboardInterrupt:
        print("speechrag: stopped; the index is as it was", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has gone
        sys.stderr.close()
        return 1


def _speak_utf8() -> None:
    """All text is UTF-8 whatever the locale says (Windows consoles, LANG=C), names of files among it."""
    codecs.register_error("speechrag-name", _as_named)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="speechrag-name")


def _as_named(error: UnicodeError) -> tuple[bytes, int]:
    """Return what stands for the part of a text that is no UTF-8: the name of a file as the file system has it."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return display_name(error.object[error.start : error.end]).encode("utf-8"), error.end


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="speechrag",
        description="Search, cited answers and sourced outlines over a corpus of Chinese officials' speeches.",
        epilog="example: speechrag build corpus && speechrag ask 重大信息多久内要上报",
    )
    parser.add_argument("--version", action="version", version=f"speechrag {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="COMMAND", required=True, parser_class=_Parser)
    for name in VERBS:
        command = import_module(f"speechrag.interfaces.commands.{name}")
        told = command.SUMMARY + getattr(command, "DETAILS", "")
        verb = verbs.add_parser(name, help=command.SUMMARY, description=told, epilog=f"example: {command.EXAMPLE}")
        command.arguments(verb)
        verb.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
