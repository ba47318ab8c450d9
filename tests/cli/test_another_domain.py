"""Another domain in the place of the shipped one, as docs/classifier.md says."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

SPECTACLE = Path(__file__).parent.parent / "classify" / "spectacle"


def test_training_needs_neither_sources_nor_digests(program):
    for origin in SPECTACLE.iterdir():
        shutil.copy(origin, program.folder / "classifiers")
    report = program.json("train")
    assert report["examples"] == 60
    assert report["added"] == 60
    assert not (program.folder / "watch.db").exists()
    assert program.json("evaluate")["texts"] == 60
    gold = str(program.folder / "classifiers" / "examples.jsonl")
    assert set(program.json("evaluate", "--gold", gold)["topics"]) == {"subventions", "tournees", "emploi"}
    told = json.loads(program("tag", given='{"title": "Une compagnie de danse cherche une subvention"}\n'))
    assert told["topics"] == ["subventions"]
    # What still speaks of the former topics is named, file by file, before the watch runs.
    program("check", code=2)
    assert 'digests/referentiels.toml: topics: "financements" is no topic of the classifier' in program.err


def test_a_new_watch_takes_the_new_topics(program):
    folder = program.folder.parent / "spectacle"
    program("init", "--blank", str(folder))
    program.folder = folder
    for origin in SPECTACLE.iterdir():
        shutil.copy(origin, folder / "classifiers")
    edition = folder / "digests" / "referentiels.toml"
    lines = edition.read_text().splitlines()
    edition.write_text("\n".join('topics = ["emploi"]' if line.startswith("topics") else line for line in lines))
    program("train")
    program("check")
