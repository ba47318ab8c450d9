"""A watch made by `init`, the recorded web, and a way to run the program as a user does."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from watchbot.demo.server import DEMO_ENVIRON, WEEKS, RecordedWeb

FEW = ["ecoprod-actualites", "label-ecoprod", "registre-rs"]


class Program:
    """Runs `watchbot` in a process of its own, in the watch's folder."""

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("WATCHBOT_")} | environ

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "watchbot", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, env=self.environ, text=True, stdin=subprocess.PIPE, **pipes)

    def __call__(self, *arguments: str, code: int = 0, given: str = "") -> str:
        process = self.start(*arguments)
        out, err = process.communicate(given, timeout=100)
        assert process.returncode == code, (arguments, process.returncode, out, err)
        self.err = err
        return out

    def json(self, *arguments: str, code: int = 0, given: str = ""):
        return json.loads(self(*arguments, "--json", code=code, given=given))


@pytest.fixture
def recorded():
    with RecordedWeb(WEEKS[0]) as web:
        yield web


@pytest.fixture
def program(tmp_path, recorded):
    from watchbot.app.scaffold import init_watch

    init_watch(tmp_path / "watch")
    return Program(tmp_path / "watch", {**DEMO_ENVIRON, "WATCHBOT_RECORDED_WEB": recorded.base})


@pytest.fixture
def few():
    return [part for source in FEW for part in ("--source", source)]


@pytest.fixture(scope="module")
def read_once(tmp_path_factory):
    """A watch that has collected the few sources and judged their items, to be copied."""
    from watchbot.app.scaffold import init_watch

    folder = tmp_path_factory.mktemp("read") / "watch"
    init_watch(folder)
    with RecordedWeb(WEEKS[0]) as web:
        program = Program(folder, {**DEMO_ENVIRON, "WATCHBOT_RECORDED_WEB": web.base})
        program("collect", *(part for source in FEW for part in ("--source", source)))
        program("classify")
    return folder


@pytest.fixture
def read_program(read_once, tmp_path):
    """A program whose watch holds judged items already."""
    shutil.copytree(read_once, tmp_path / "watch")
    return Program(tmp_path / "watch", dict(DEMO_ENVIRON))


FEED = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>Essai</title><link>https://e.org/</link>
<item><title>Prime RSE+ : 28 000 € &amp; bilan</title><link>https://e.org/1</link><pubDate>Mon, 16 Nov 2026 10:00:00 +0100</pubDate></item>
<item><title>Deux</title><link>https://e.org/2</link></item></channel></rss>"""


def _pdf() -> bytes:
    from io import BytesIO

    from reportlab.pdfgen.canvas import Canvas

    out = BytesIO()
    canvas = Canvas(out)
    canvas.setTitle("Guide de production")
    canvas.drawString(72, 720, "Guide de production responsable, version de mai 2024")
    canvas.save()
    return out.getvalue()


@pytest.fixture
def web_folder(tmp_path):
    """A plain file server on loopback with a feed, a listing and a PDF."""
    import threading
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    root = tmp_path / "served"
    root.mkdir()
    (root / "feed.xml").write_text(FEED, encoding="utf-8")
    rows = "".join(
        f'<li class="news"><h2><a href="/a_{n}.html">Actualité numéro {n} du secteur</a></h2><time datetime="2026-11-{n + 10}">{n + 10} novembre 2026</time>'
        f"<p>Le résumé de la nouvelle {n}, en une phrase.</p></li>"
        for n in range(8)
    )
    page = f"<!DOCTYPE html><html lang=fr><head><title>Actualités</title></head><body><nav><a href=/>Accueil</a></nav><main><h1>Actualités</h1><ul>{rows}</ul></main></body></html>"
    (root / "liste.html").write_text(page, encoding="utf-8")
    (root / "guide.pdf").write_bytes(_pdf())
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()
