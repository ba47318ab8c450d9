"""What tests of the application stand on."""

from __future__ import annotations

import pytest

from watchbot.app.scaffold import init_watch
from watchbot.config import load_watch


@pytest.fixture(scope="module")
def watch(tmp_path_factory):
    """The watch that `watchbot init` makes, one for the tests of a module."""
    folder = tmp_path_factory.mktemp("watch") / "w"
    init_watch(folder)
    return load_watch(folder, {})
