"""Validation errors as sentences: file, line, table, key, what is wrong, and the nearest valid name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, get_args

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError


def nearest(name: str, names: Iterable[str]) -> str:
    """`; did you mean "x"?` for the closest of the valid names, or the list of them when few, or nothing."""
    known = sorted(set(names))
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; valid: {', '.join(known)}" if 0 < len(known) <= 30 else ""


def validation_problems(
    file: str, error: ValidationError, model: type[BaseModel], text: str = "", prefix: Sequence[str | int] = ()
) -> list[str]:
    """One sentence for each fault that pydantic found. `text` is the TOML source, for line numbers."""
    return [_sentence(file, detail, model, text, (*prefix, *detail["loc"])) for detail in error.errors()]


def _sentence(file: str, detail: Any, model: type[BaseModel], text: str, where: tuple[str | int, ...]) -> str:
    key = str(where[-1]) if where else ""
    line = line_of(text, where)
    place = f"{file}:{line}" if line else file
    table = table_name(text, where)
    kind = detail["type"]
    if kind == "extra_forbidden":
        names = model.model_fields if len(detail["loc"]) == 1 else _fields_at(model, detail["loc"][:-1])
        aliases = [field.alias or name for name, field in names.items()]
        return f'{place}: {table}: unknown key "{key}"{nearest(key, aliases)}'
    if kind == "missing":
        return f'{place}: {table}: key "{key}" is missing'
    if kind in {"literal_error", "enum"}:
        expected = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        return f'{place}: {table}: {key} = "{detail["input"]}" is not valid{nearest(str(detail["input"]), expected)}'
    message = str(detail["msg"]).removeprefix("Value error, ")
    return f"{place}: {table}: {key}: {message}" if key else f"{place}: {message}"


def _fields_at(model: type[BaseModel], loc: Sequence[str | int]) -> Any:
    from pydantic import BaseModel

    current: Any = model
    for step in loc:
        if isinstance(step, int):
            continue
        field = current.model_fields.get(step)
        if field is None:
            return {}
        candidates = [field.annotation, *get_args(field.annotation)]
        current = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), None)
        if current is None:
            return {}
    return current.model_fields


def table_name(text: str, where: Sequence[str | int]) -> str:
    """How a reader finds the table: `[[sources]] no. 3 (id "cnc")`, `[collect]`, or `top of the file`."""
    path = list(where[:-1]) if where and isinstance(where[-1], str) else list(where)
    if not path:
        return "top of the file"
    name = ".".join(str(part) for part in path if isinstance(part, str))
    index = next((part for part in path if isinstance(part, int)), None)
    if index is None:
        return f"[{name}]"
    header = str(path[0])
    start = _table_start(text, header, index)
    own_id = re.search(r'^id\s*=\s*"([^"]*)"', "\n".join(text.splitlines()[start : start + 40]), re.MULTILINE)
    described = f"[[{header}]] no. {index + 1}" + (f' (id "{own_id[1]}")' if own_id and start else "")
    return described if name == header else f"{described} [{name}]"


def line_of(text: str, where: Sequence[str | int]) -> int | None:
    """The line (from 1) of a key, or of its table when the key is absent; None when it cannot be found."""
    if not text or not where:
        return None
    lines = text.splitlines()
    start = 0
    index = next((part for part in where if isinstance(part, int)), None)
    if index is not None:
        start = _table_start(text, str(where[0]), index)
    elif len(where) > 1:
        header = f"[{'.'.join(str(p) for p in where[:-1])}]"
        start = next((n for n, line in enumerate(lines) if line.strip() == header), 0)
    key = str(where[-1])
    for number in range(start, len(lines)):
        if number > start and lines[number].startswith("[["):
            break
        if re.match(rf'\s*"?{re.escape(key)}"?\s*=', lines[number]):
            return number + 1
    return start + 1 if start or index is not None else None


def _table_start(text: str, header: str, index: int) -> int:
    starts = [n for n, line in enumerate(text.splitlines()) if line.strip() == f"[[{header}]]"]
    return starts[index] if index < len(starts) else 0
