"""JSON Schemas of the three files of a watch, for editors (Taplo, VS Code's Even Better TOML) to complete and validate."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from watchbot.config.classifier import ClassifierFile
from watchbot.config.editions import EditionFile
from watchbot.config.sources import OPTIONS, SourcesFile

FILES = ("sources.schema.json", "classifier.schema.json", "edition.schema.json")


def schemas() -> dict[str, dict[str, Any]]:
    """File name to JSON Schema (draft 2020-12). Options of a source depend on its kind."""
    sources = SourcesFile.model_json_schema()
    table = sources["$defs"]["SourceTable"]
    conditions = []
    for kind, model in OPTIONS.items():
        options = model.model_json_schema()
        sources["$defs"].update(options.pop("$defs", {}))
        sources["$defs"][model.__name__] = options
        conditions.append(
            {
                "if": {"properties": {"kind": {"const": kind.value}}, "required": ["kind"]},
                "then": {"properties": {"options": {"$ref": f"#/$defs/{model.__name__}"}}},
            }
        )
    table["allOf"] = conditions
    table["properties"]["options"] = {"type": "object", "description": "Keys that depend on the kind."}
    return dict(zip(FILES, (sources, ClassifierFile.model_json_schema(), EditionFile.model_json_schema()), strict=True))


def write_schemas(folder: Path) -> None:
    """Write the schemas into `folder`, unchanged files left alone."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        document = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
        text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
        path = folder / name
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
