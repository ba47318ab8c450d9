"""A watch made by `init`, the recorded web, and a way to run the program as a user does."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import pytest

from watchbot.cli import main
from watchbot.demo.server import DEMO_ENVIRON, WEEKS, RecordedWeb

FEW = ["ecoprod-actualites", "label-ecoprod", "registre-rs"]


class Program:
    """Runs `watchbot` in the watch's folder.

    A call runs the program's own `main` in this process, with the arguments, folder, environment and streams of the
    call; most of a process of its own would be spent on imports. `start` and `apart` make the process that a user
    makes, for what only that can show: kills and exit codes.
    """

    def __init__(self, folder: Path, environ: dict[str, str]) -> None:
        self.folder = folder
        self.environ = {k: v for k, v in os.environ.items() if not k.startswith("WATCHBOT_")} | environ

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "watchbot", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        return subprocess.Popen(command, cwd=self.folder, env=self.environ, text=True, stdin=subprocess.PIPE, **pipes)

    def apart(self, *arguments: str, code: int = 0) -> str:
        process = self.start(*arguments)
        out, err = process.communicate("", timeout=100)
        return self._checked(arguments, code, (process.returncode, out, err))

    def __call__(self, *arguments: str, code: int = 0, given: str = "") -> str:
        return self._checked(arguments, code, self._run(arguments, given))

    def json(self, *arguments: str, code: int = 0, given: str = ""):
        return json.loads(self(*arguments, "--json", code=code, given=given))

    def _checked(self, arguments: tuple[str, ...], code: int, ended: tuple[int, str, str]) -> str:
        assert ended[0] == code, (arguments, *ended)
        self.err = ended[2]
        return ended[1]

    def _run(self, arguments: tuple[str, ...], given: str) -> tuple[int, str, str]:
        out, err = _Stream(), _Stream()
        with (
            contextlib.chdir(self.folder),
            mock.patch.dict(os.environ, self.environ, clear=True),
            mock.patch.object(sys, "argv", ["watchbot", *arguments]),
            mock.patch.object(sys, "stdin", _Stream(given)),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            try:
                main()
            except SystemExit as ended:
                code = ended.code or 0
            else:
                code = 0
        return code, out.read_all(), err.read_all()


class _Stream(io.TextIOWrapper):
    """A pipe of the program: text over bytes, as Python makes them, and no terminal."""

    def __init__(self, given: str = "") -> None:
        super().__init__(io.BytesIO(given.encode()), encoding="utf-8", newline="\n")

    def read_all(self) -> str:
        self.flush()
        return self.buffer.getvalue().decode()


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


@pytest.fixture(scope="session")
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
