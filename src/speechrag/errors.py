"""Everything speechrag raises on purpose.

    SpeechragError                 exit code 1
    ├── UsageError                 exit code 2: a flag, key or value the user typed
    │   ├── UnknownBackend         a name that no registry table holds
    │   └── ConfigError            a settings file or environment variable
    ├── SourceError                a file that cannot be read into a Document
    ├── MissingExtra               an optional package is not installed
    ├── IndexError_                base of what is wrong with an index folder
    │   ├── IndexMissing           there is none
    │   ├── IndexDamaged           a file is missing, changed or disagrees with the manifest
    │   ├── IndexMismatch          built by another format, encoder, segmenter or cleaner
    │   └── IndexBusy              another build holds the lock
    ├── ModelError                 an encoder that cannot be loaded
    ├── PromptError                a prompt file or its variables
    ├── GenerationError            an LLM server that failed, stalled or answered nonsense
    └── EvaluationError            topics, qrels or runs that cannot be read

Every message says what was found, where, and what to do; ``hint`` holds the last part where it is a command.
"""

from __future__ import annotations


class SpeechragError(Exception):
    """Base of all errors a user may meet; ``exit_code`` is what the command line returns for it."""

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(SpeechragError):
    """The user asked for something that does not exist or does not fit."""

    exit_code = 2


class UnknownBackend(UsageError):
    """A backend name that is not registered."""


class ConfigError(UsageError):
    """A settings file or environment variable with an unknown key or a wrong value."""


class SourceError(SpeechragError):
    """A source file that cannot be read; the build goes on without it and lists it with this reason."""


class MissingExtra(SpeechragError):
    """An optional package is needed and absent."""


class IndexError_(SpeechragError):
    """Base of what can be wrong with an index folder."""


class IndexMissing(IndexError_):
    """There is no index at the given place."""


class IndexDamaged(IndexError_):
    """A file of the index is missing, was changed, or disagrees with the manifest."""


class IndexMismatch(IndexError_):
    """The index was built by something that the running program cannot reproduce."""


class IndexBusy(IndexError_):
    """Another process is building this index."""


class ModelError(SpeechragError):
    """An encoder that cannot be loaded or gives unusable vectors."""


class PromptError(SpeechragError):
    """A prompt file that cannot be read, or variables that do not match it."""


class GenerationError(SpeechragError):
    """An LLM server that could not be reached, stalled, or answered with something unusable."""


class EvaluationError(SpeechragError):
    """Topics, judgements or runs that cannot be read."""
