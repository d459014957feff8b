"""The page and the browser, started once for all tests that look at it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from chromium import CHROMIUM, FLAGS
from fake_engine import FakeEngine
from web_visit import Served, Visit, serving

from speechrag.config import Settings
from speechrag.interfaces.marks import marks_path


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page over the fake engine."""
    from speechrag.interfaces.web import create_app

    engine = FakeEngine()
    settings = Settings(index=str(tmp_path_factory.mktemp("served") / "index"), per_minute=0)
    with serving(create_app(engine, settings), engine) as running:  # type: ignore[arg-type]
        running.marks = marks_path(settings.index)
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A headless Chromium; skips where there is none."""
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed, so the page cannot be looked at"
    )
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine, so the page cannot be looked at")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened.new_context(locale="zh-CN")  # one for all, so that Gradio's own files are loaded once
        opened.close()


@pytest.fixture
def visit(browser: Any, served: Served) -> Iterator[Visit]:
    """A visitor at an office screen."""
    visitor = Visit(browser, served, 1366)
    yield visitor
    visitor.page.close()


@pytest.fixture
def phone(browser: Any, served: Served) -> Iterator[Visit]:
    """A visitor with a phone."""
    visitor = Visit(browser, served, 390)
    yield visitor
    visitor.page.close()
