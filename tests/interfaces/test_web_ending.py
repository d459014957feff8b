"""How the page's server ends when it is told to: soon, in order, and with nothing of its own left running."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from small_corpus import build, write_texts


@pytest.mark.skipif(os.name == "nt", reason="Windows knows no SIGTERM")
def test_a_server_told_to_end_does_so_with_a_page_open_and_a_model_silent(tmp_path: Path) -> None:
    """Within ten seconds and with code 0, whatever visitors and models leave hanging."""
    build(write_texts(tmp_path / "texts"), tmp_path / "i")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        model = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        environ = {**os.environ, "SPEECHRAG_LLM": "silent", "SPEECHRAG_LLM_BASE_URL": model}
        command = [sys.executable, "-m", "speechrag", "serve", "--index", str(tmp_path / "i"), "--port", "0"]
        with subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as server:
            assert server.stdout
            place = urlsplit(server.stdout.readline().strip()).netloc
            watching, asking = (http.client.HTTPConnection(place, timeout=60) for _ in range(2))
            watching.request("GET", "/gradio_api/heartbeat/abc")
            asking.request("GET", "/config")
            events = json.load(asking.getresponse())["dependencies"]
            event = next(event for event in events if event["api_name"] == "ask")
            data = ["重大突发事件多久内上报？", None, *[[]] * (len(event["inputs"]) - 2)]
            body = json.dumps({"data": data, "fn_index": event["id"], "session_hash": "x"})
            asking.request("POST", "/gradio_api/queue/join", body, {"Content-Type": "application/json"})
            assert asking.getresponse().read()
            silent.accept()  # the model was asked
            began = time.monotonic()
            server.send_signal(signal.SIGTERM)
            told = server.communicate(timeout=60)[1]
    assert (server.returncode, "Traceback" in told) == (0, False)
    assert time.monotonic() - began < 10
