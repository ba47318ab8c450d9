"""A small classifier trained once, and the one that ships."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from watchbot.classify.classifier import Classifier
from watchbot.classify.training import train

HERE = Path(__file__).parent
SHIPPED = HERE.parent.parent / "classifiers"


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of another domain, trained: not to be changed."""
    folder = tmp_path_factory.mktemp("spectacle")
    shutil.copytree(HERE / "spectacle", folder, dirs_exist_ok=True)
    train(folder)
    return folder


@pytest.fixture
def folder(trained: Path, tmp_path: Path) -> Path:
    """A copy of it that a test may change."""
    copy = tmp_path / "classifiers"
    shutil.copytree(trained, copy)
    return copy


@pytest.fixture(scope="session")
def shipped() -> Classifier:
    """The classifier of the écoproduction watch as it ships."""
    return Classifier.load(SHIPPED)
