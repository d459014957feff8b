"""The commands: a module a verb, each with SUMMARY, EXAMPLE, ``arguments(parser)`` and ``run(options)`` → code."""

from __future__ import annotations

VERBS = ("build", "search", "ask", "outline", "corpus", "evaluate", "serve")
