"""Search, cited answers and sourced outlines over a corpus of Chinese officials' speeches.

The public surface is small: open an index with :class:`Engine` and call ``search``, ``ask`` or ``outline``.

    >>> from speechrag import Engine                        # doctest: +SKIP
    >>> engine = Engine.open("indexes/default")             # doctest: +SKIP
    >>> engine.ask("重大信息多久内要上报？").text            # doctest: +SKIP
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["Engine", "Query", "SpeechragError", "__version__", "build_index"]

if TYPE_CHECKING:
    from speechrag.build import build_index
    from speechrag.engine import Engine
    from speechrag.errors import SpeechragError
    from speechrag.records import Query

_HOMES = {"Engine": "engine", "build_index": "build", "SpeechragError": "errors", "Query": "records"}


def __getattr__(name: str) -> Any:
    """Import the public names on first use, so that ``speechrag --help`` loads nothing heavy."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"speechrag.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'speechrag' has no attribute {name!r}")
