"""What is in deploy/: the image's health check against the real app, and the unit as systemd reads it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"


def test_the_health_check_of_the_image_tells_a_sound_watch_from_a_broken_one(site):
    dockerfile = (DEPLOY / "Dockerfile").read_text().replace("\\\n", " ")
    command = json.loads(re.search(r"HEALTHCHECK .*?CMD (\[.*\])", dockerfile)[1])
    # The proxy of the environment must not be asked for the app on the same machine.
    environ = {**os.environ, "WATCHBOT_WEB_PORT": str(site.thread.port), "http_proxy": "http://127.0.0.1:9"}

    def healthy():
        return subprocess.run([sys.executable, *command[1:]], env=environ, capture_output=True, check=False).returncode

    assert healthy() == 0
    site.watch.database.unlink()
    site.watch.database.write_bytes(b"x" * 4096)
    assert healthy() != 0


def test_the_image_runs_without_rights_and_ends_by_the_signal_that_the_program_knows():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    last = dockerfile.split("FROM ")[-1]
    assert re.search(r"^USER watchbot$", last, re.MULTILINE)
    assert "STOPSIGNAL SIGTERM" in last
    assert re.search(r'^ENTRYPOINT \["watchbot"\]$', last, re.MULTILINE), (
        "not through a shell, which would keep signals"
    )


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_reads_the_unit_without_complaint(tmp_path):
    unit = tmp_path / "watchbot.service"
    # The program is where the test runs, not where the unit has it.
    unit.write_text((DEPLOY / "watchbot.service").read_text().replace("/opt/watchbot/bin/watchbot", "/bin/true"))
    done = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, [line for line in done.stderr.splitlines() if "watchbot.service" in line]) == (0, [])
