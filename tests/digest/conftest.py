"""The templates that ship, and a sample of what an issue holds."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def templates():
    return Path(__file__).parents[2] / "digests" / "templates"
