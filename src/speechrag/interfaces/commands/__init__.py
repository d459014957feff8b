"""The commands: a module a verb, each with SUMMARY, EXAMPLE, ``arguments(parser)`` and ``run(options)`` → code."""

from __future__ import annotations

VERBS = ("build", "search", "ask", "check", "outline", "corpus", "evaluate", "models", "serve")
