"""The machine: disk, clock, rights of files."""

from __future__ import annotations

import os
import shutil
import socket
import struct
import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from watchbot.app.doctor.finding import Finding, fine, trouble, warning

LEAST_DISK = 500_000_000
# Digests, deadlines and signed links go by the clock.
CLOCK_OFF_SECONDS = 60.0
ASK_SECONDS = 3.0
# SNTP (RFC 4330) counts seconds from 1900.
_EPOCH_1900 = 2_208_988_800
_SNTP_REQUEST = bytes([0b00_100_011]) + bytes(47)


def look_at_machine(folder: Path, database: Path, time_server: tuple[str, int]) -> Iterator[Finding]:
    """Look at the disk that the database is on, the clock, and who may read the secrets."""
    yield from _disk(database.parent)
    yield from _clock(time_server)
    for file in (folder / ".env", database, *database.parent.glob(f"{database.name}.before-restore-*")):
        yield from readable_by_others(file)


def _disk(folder: Path) -> Iterator[Finding]:
    try:
        free = shutil.disk_usage(folder).free
    except OSError as error:
        yield trouble("disk", f"{folder}: {error.strerror}", "make the folder, or correct WATCHBOT_DB")
        return
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(65536))
            os.fsync(file.fileno())
    except OSError as error:
        advice = (
            "free some space, or give the user that runs watchbot the right to write there: nothing can be recorded"
        )
        yield trouble("disk", f"{folder} cannot be written to: {error.strerror}", advice)
        return
    if free < LEAST_DISK:
        advice = "free some space: on a full disk nothing can be recorded (`du -xh --max-depth=2 / | sort -h`)"
        yield trouble("disk", f"{free / 1e6:.0f} MB free in {folder}", advice)
    else:
        yield fine("disk", f"{free / 1e9:.1f} GB free")


def _clock(server: tuple[str, int]) -> Iterator[Finding]:
    now = datetime.now(UTC)
    text = now.strftime("%Y-%m-%d %H:%M UTC")
    advice = "set the clock (`timedatectl set-ntp true`): digests, deadlines and signed links go by it"
    if now.year < 2026:
        yield trouble("clock", text, advice)
        return
    offset = clock_offset(server)
    if offset is None:
        yield fine("clock", f"{text} (not compared: no time server answers)")
    elif abs(offset) > CLOCK_OFF_SECONDS:
        way = "slow" if offset > 0 else "fast"
        yield trouble("clock", f"{text}, {abs(offset):.0f} s {way} by {server[0]}", advice)
    else:
        yield fine("clock", f"{text}, right within {max(1, round(abs(offset)))} s")


def clock_offset(server: tuple[str, int]) -> float | None:
    """Seconds to add to this machine's clock to have a time server's; None when it does not answer within a few seconds."""
    answers: list[float] = []

    def ask() -> None:
        try:
            family, kind, _, _, address = socket.getaddrinfo(*server, type=socket.SOCK_DGRAM)[0]
            with socket.socket(family, kind) as client:
                client.settimeout(ASK_SECONDS)
                client.connect(address)
                sent = time.time()
                client.send(_SNTP_REQUEST)
                answer = client.recv(512)
                took = time.time() - sent
        except OSError:
            return
        # A server that has not the time itself says so: no stratum, or no time.
        if len(answer) >= 48 and answer[1] != 0 and answer[40:44] != bytes(4):
            seconds, fraction = struct.unpack("!II", answer[40:48])
            answers.append(seconds - _EPOCH_1900 + fraction / 2**32 - (sent + took / 2))

    # Looking up a name cannot be given a time limit, so it is left behind.
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(ASK_SECONDS)
    return answers[0] if answers else None


def readable_by_others(file: Path) -> Iterator[Finding]:
    """A warning if a file with secrets or addresses can be read by others."""
    try:
        mode = file.stat().st_mode & 0o777
    except OSError:
        return
    if mode & 0o077:
        yield warning("secrets", f"{file} can be read by others (mode {mode:03o})", f"chmod 600 {file}")
