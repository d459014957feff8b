"""The page: six desks (问答 检索 拟稿 核对 语料 评测) as a Gradio application, the views drawn by a small script.

Gradio owns the desks, fields, buttons, events and the queue. What it cannot draw safely under a strict
content-security policy (``gr.HTML`` evaluates code; Markdown would interpret what a scraped file contains) is drawn by
``page/*.js``: an event stores its result here under an unguessable id and returns only that id into a visually hidden
Markdown field; the script sees the id, fetches ``/api/results/<id>`` and builds text nodes from it, inside empty
columns that Gradio keeps. So no text of the corpus ever passes through anything that understands markup.

Gradio's own page carries inline scripts (its configuration and an iframe helper). The policy forbids inline scripts,
Gradio then asks ``/config`` instead, so ``PageGuard`` leaves them out of the page rather than weakening the policy.
Styles stay ``'unsafe-inline'`` because every Gradio component sets ``style`` attributes.

Exports are plain links to ``/api/results/<id>/outline.docx``: one click, nothing written to disk, and no file of this
machine is ever named to Gradio, which would publish it.
"""

from __future__ import annotations

import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from speechrag.config import forbid_downloads
from speechrag.errors import SpeechragError
from speechrag.interfaces import views
from speechrag.interfaces.calls import Calls
from speechrag.interfaces.desk import LONGEST_QUESTION, LONGEST_TEXT, Desk
from speechrag.interfaces.guard import HostNames, Pace, PageGuard
from speechrag.interfaces.live import Live, watched
from speechrag.interfaces.routes import add_routes

if TYPE_CHECKING:
    from fastapi import FastAPI

    from speechrag.config import Settings
    from speechrag.engine import Engine

PAGE = Path(__file__).parent / "page"
NAME = "讲话检索与拟稿"
AT_ONCE = 4  # requests worked on side by side; more wait in the queue
GRACE = 5  # seconds that answers under way have to be finished in when the server is told to end
QUEUE = 64  # requests that may wait; the next one is told to come back
STYLES = ("app.css", "desks.css")
HEAD = "".join(f'<link rel="stylesheet" href="/page/{name}">' for name in STYLES)
HEAD += '<script type="module" src="/page/app.js"></script>'


def create_app(engine: Engine | Live, settings: Settings) -> FastAPI:
    """Return the page and its JSON routes over ``engine`` as one ASGI application.

    A ``Live`` engine is exchanged when its index is published again; the page follows without a restart.
    """
    forbid_downloads()  # before gradio is imported, or it would report its use to its makers
    import gradio as gr
    from fastapi import FastAPI
    from starlette.staticfiles import StaticFiles

    desk = Desk(engine, settings)
    blocks = build_blocks(desk)
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    pace, calls = Pace(settings.per_minute), Calls.of(blocks)
    app.add_middleware(PageGuard, hosts=HostNames(settings), pace=pace, calls=calls)
    add_routes(app, desk)
    app.mount("/page", StaticFiles(directory=PAGE), name="page")
    mounted: FastAPI = gr.mount_gradio_app(
        app,
        blocks,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        show_error=False,
        max_file_size="1kb",  # the guard lets no file reach Gradio; ours come in by a route of their own
        ssr_mode=False,
        pwa=False,
        mcp_server=False,
        theme=_theme(),
        favicon_path=str(PAGE / "icon.svg"),
        head=HEAD,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
    )
    mounted.state.desk = desk
    return mounted


def _theme() -> Any:
    """Return Gradio's plainest theme with fonts of the system only: nothing is fetched from a font server."""
    import gradio as gr

    return gr.themes.Base(font=["PingFang SC", "sans-serif"], font_mono=["monospace"])


def build_blocks(desk: Desk) -> Any:
    """Return the Gradio Blocks of the desks. Empty columns are where the page's script draws."""
    import gradio as gr

    with gr.Blocks(title=NAME, analytics_enabled=False, fill_width=True) as blocks:
        with gr.Row(elem_id="masthead"):
            gr.Markdown(NAME, elem_id="brand")
            line = gr.Markdown(views.manifest_line(desk.engine.manifest), elem_id="corpus-line")
        with gr.Tabs(elem_id="desks"):
            with gr.Tab("问答", id="ask", elem_id="desk-ask"):
                groups = _ask_desk(desk)
            with gr.Tab("检索", id="search", elem_id="desk-search"):
                groups += _search_desk(desk)
            with gr.Tab("拟稿", id="draft", elem_id="desk-draft"):
                groups += _draft_desk(desk)
            with gr.Tab("核对", id="check", elem_id="desk-check"):
                _check_desk(desk)
            with gr.Tab("语料", id="corpus", elem_id="desk-corpus"):
                _drawn_desk("corpus")
            with gr.Tab("评测", id="evaluate", elem_id="desk-evaluate"):
                _drawn_desk("evaluate")
        _keep_up_to_date(blocks, desk, line, groups)
    blocks.max_threads = 2 * AT_ONCE
    blocks.queue(max_size=QUEUE, default_concurrency_limit=AT_ONCE, api_open=False)  # no way past the queue
    return blocks


def _ask_desk(desk: Desk) -> list[Any]:
    import gradio as gr

    with gr.Row(elem_classes="panes"):
        with gr.Column(elem_id="ask-left", elem_classes="pane"):
            gr.Column(elem_id="ask-thread")
            with gr.Column(elem_id="ask-composer", elem_classes="composer"):
                field = _field("ask", "问题", "输入问题，按回车键提问", lines=2)
                with gr.Accordion("筛选", open=False, elem_classes="filters"):
                    groups = _facet_groups(desk)
                buttons = _buttons("ask", "提问")
                history = gr.State([])  # the questions of this conversation, kept for this visitor alone
                anew = gr.Button("新对话", elem_id="ask-new", elem_classes="anew")
            _bind(buttons, desk.ask, [field, history, *groups], [history])
            anew.click(list, None, history, api_visibility="private", show_progress="hidden", queue=False)
        gr.Column(elem_id="ask-reading", elem_classes="pane reading-pane")
    return groups


def _search_desk(desk: Desk) -> list[Any]:
    import gradio as gr

    with gr.Row(elem_classes="panes"):
        with gr.Column(elem_id="search-left", elem_classes="pane"):
            with gr.Column(elem_id="search-composer", elem_classes="composer"):
                field = _field("search", "检索词", "输入词语、标题或一句话，按回车键检索", lines=1)
                buttons = _buttons("search", "检索")
            with gr.Row(elem_id="search-body"):  # on a phone the facets fold away under a button of the script's
                with gr.Column(elem_id="search-facets", elem_classes="facets"):
                    once = gr.Checkbox(label="每篇只列一处", container=False, elem_id="search-once")
                    if any(values for _, values in desk.facets):
                        gr.Markdown("括号内是语料中的篇数", elem_id="search-counts")
                    groups = _facet_groups(desk)
                gr.Column(elem_id="search-list")
            _bind(buttons, desk.search, [field, once, *groups])
        gr.Column(elem_id="search-reading", elem_classes="pane reading-pane")
    return groups


def _draft_desk(desk: Desk) -> list[Any]:
    import gradio as gr

    with gr.Row(elem_classes="panes"):
        with gr.Column(elem_id="draft-left", elem_classes="pane"):
            with gr.Column(elem_id="draft-composer", elem_classes="composer"):
                field = _field("draft", "要求", "写明谁在什么会上讲话、对象是谁，按回车键生成提纲", lines=2)
                with gr.Accordion("筛选", open=False, elem_classes="filters"):
                    groups = _facet_groups(desk)
                buttons = _buttons("draft", "生成提纲")
            _bind(buttons, desk.draft, [field, *groups])
            gr.Column(elem_id="draft-outline")
        gr.Column(elem_id="draft-reading", elem_classes="pane reading-pane")
    return groups


def _check_desk(desk: Desk) -> None:
    import gradio as gr

    with gr.Row(elem_classes="panes"):
        with gr.Column(elem_id="check-left", elem_classes="pane"):
            with gr.Column(elem_id="check-composer", elem_classes="composer"):
                field = _field("check", "文字", "粘贴要核对的文字，逐句与语料比对", lines=4, longest=LONGEST_TEXT)
                buttons = _buttons("check", "核对")
            _bind(buttons, desk.check, [field])
            gr.Column(elem_id="check-list")
        gr.Column(elem_id="check-reading", elem_classes="pane reading-pane")


def _drawn_desk(desk: str) -> None:
    """Two empty columns: all of this desk is drawn by the page's script."""
    import gradio as gr

    with gr.Row(elem_classes="panes"):
        gr.Column(elem_id=f"{desk}-left", elem_classes="pane")
        gr.Column(elem_id=f"{desk}-reading", elem_classes="pane reading-pane")


def _keep_up_to_date(blocks: Any, desk: Desk, line: Any, groups: list[Any]) -> None:
    """Show the corpus that is served now: when the page is opened, and when its script sees that it was exchanged."""
    import gradio as gr

    def now(*ticked: list[str]) -> list[Any]:
        facets = [values for _, values in desk.facets] * (len(groups) // len(desk.facets))
        shown = []
        for values, before in zip(facets, ticked or [[]] * len(groups), strict=True):
            kept = [value for value, _ in values if value in before]  # what was ticked and is still there
            shown.append(gr.CheckboxGroup(**_choices(values), value=kept))
        return [views.manifest_line(desk.engine.manifest), *shown]

    refresh = gr.Button("更新", elem_id="refresh", elem_classes="machinery")
    for event, inputs in ((blocks.load, None), (refresh.click, groups)):
        event(now, inputs, [line, *groups], api_visibility="private", show_progress="hidden", queue=False)


def _field(desk: str, label: str, hint: str, lines: int, longest: int = LONGEST_QUESTION) -> Any:
    import gradio as gr

    return gr.Textbox(
        elem_id=f"{desk}-input",
        label=label,
        show_label=False,
        container=False,
        placeholder=hint,
        lines=lines,
        max_lines=max(6, lines),
        max_length=longest,
    )


def _facet_groups(desk: Desk) -> list[Any]:
    """Return one group of ticks a facet, each value with its count; Gradio shows the values as text."""
    import gradio as gr

    return [gr.CheckboxGroup(label=views.LABELS[key], **_choices(values)) for key, values in desk.facets]


def _choices(values: list[tuple[str, int]]) -> dict[str, Any]:
    """Return what a group of ticks offers; one without values is not shown."""
    return {"choices": [(f"{value}（{count}）", value) for value, count in values], "visible": bool(values)}


def _buttons(desk: str, verb: str) -> tuple[Any, Any, Any]:
    """Return the button that starts, the one that stops, and the hidden field that receives the result's id."""
    import gradio as gr

    with gr.Row(elem_classes="actions"):
        stop = gr.Button("停止", elem_id=f"{desk}-stop", elem_classes="stop")
        go = gr.Button(verb, elem_id=f"{desk}-go", variant="primary")
    return go, stop, gr.Markdown("", elem_id=f"{desk}-result", elem_classes="result-id")


def _bind(
    buttons: tuple[Any, Any, Any], handler: Callable[..., Any], inputs: list[Any], kept: Sequence[Any] = ()
) -> None:
    """Run ``handler`` on a click; the script ignores a second one while it runs.

    停止 frees the page at once; the script also names the work to ``/api/results/<id>/stop``, which ends it.

    Enter is turned into a click by the page's script, so there is one way in and it knows about input methods.
    """
    go, stop, result = buttons
    started = go.click(
        handler,
        inputs,
        [result, *kept] if kept else result,
        api_visibility="private",
        show_progress="hidden",
        trigger_mode="multiple",  # the script lets no second click through; "once" would still block after 停止
        concurrency_limit=AT_ONCE,
        concurrency_id="desk",
    )
    stop.click(None, None, None, cancels=[started], api_visibility="private")


def serve(engine: Engine, settings: Settings, announce: Callable[[str], None] | None = None) -> None:
    """Serve the page until interrupted; ``announce`` receives its address once it really listens.

    By default the address is written to standard output. Raises SpeechragError when the port cannot be had.
    """
    import uvicorn

    listening = _listen(settings.host, settings.port)
    tell = announce or _write_line
    shown = f"[{settings.host}]" if ":" in settings.host else settings.host
    address = f"http://{shown}:{listening.getsockname()[1]}"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                tell(address)

        async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
            await super().shutdown(sockets)
            app.state.desk.end()  # or the loop waits for a model that writes for a visitor who was sent away

    app = create_app(watched(engine, settings), settings)
    config = uvicorn.Config(app, log_level="warning", server_header=False, timeout_graceful_shutdown=GRACE)
    with _ended_in_order():
        Server(config).run(sockets=[listening])


@contextmanager
def _ended_in_order() -> Iterator[None]:
    """Let SIGTERM, at which the server ends by itself, be no more than that: it is raised anew when all is done."""
    if threading.current_thread() is not threading.main_thread():  # signals are the main thread's business
        yield
        return
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as exc:
        cause = str(exc.strerror or exc).partition(" (")[0]  # Python adds the address, which is named already
        raise SpeechragError(
            f"the page cannot listen on {host}:{port} ({cause}); another program may be using the port",
            hint=f"speechrag serve --port {port + 1 if 0 < port < 65535 else 7861}",
        ) from exc


def _write_line(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
