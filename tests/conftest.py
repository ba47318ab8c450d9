"""Fixtures that every test folder may use: real servers on loopback."""

from __future__ import annotations

import gc
import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.servers.web import WebServer

# Test workers share the cores: one thread each, or they would wait for one another.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What one expensive fixture serves comes first: a worker then keeps it, and others take over from the end.
FIRST = ("demo", "cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: item.path.parent.name not in FIRST)


def pytest_collection_finish() -> None:
    """Thousands of tests and heavy modules stay until the end: looking for garbage among them again and again is vain."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.fixture
def web() -> Iterator[WebServer]:
    """A raw HTTP server on 127.0.0.1 and an ephemeral port."""
    with WebServer() as server:
        yield server


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    """A certificate authority that only the tests know."""
    return trustme.CA()


@pytest.fixture(scope="session")
def ca_file(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority's certificate, to be trusted by a client."""
    path = tmp_path_factory.mktemp("authority") / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
def tls_web(authority: trustme.CA) -> Iterator[WebServer]:
    """The same server behind TLS, with a certificate for 127.0.0.1 and localhost."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
    with WebServer(tls=context) as server:
        yield server
