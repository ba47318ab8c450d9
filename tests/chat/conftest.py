"""The bot as people meet it: real polling by python-telegram-bot against the local Bot API server, a real database."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from watchbot.app.scaffold import init_watch
from watchbot.chat.bot import BotOptions
from watchbot.chat.serve import BotThread
from watchbot.config import load_watch
from watchbot.demo.bot_api import LocalBotApi
from watchbot.demo.talking import settle
from watchbot.demo.transcript import transcript
from watchbot.logs import configure
from watchbot.model import (
    Change,
    Deadline,
    Edit,
    FoundItem,
    Kind,
    Record,
    Significance,
    Source,
    Verdict,
)
from watchbot.store import Store

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
GOLDEN = Path(__file__).parent / "golden"
CAMILLE, YANIS, EDITOR = 501, 502, 900
GROUP = -1001234567890
PRODUCTIONS = {"sud": ("documentaire",), "corse": ("fiction",)}
ADMIN = 77

# (title, summary, day of November 2026, topics, region, publisher's source)
NEWS = [
    ("Région Sud : une aide de 30 000 € pour les documentaires écoresponsables", "Dépôt des dossiers avant le 15 janvier 2027. L’aide couvre jusqu’à 50 % des dépenses vertes.", 20, ("financements",), "sud"),
    ("Le bilan carbone devient obligatoire pour toutes les aides du CNC", "À compter du 1er mars 2027, un double bilan prévisionnel et définitif est exigé.", 18, ("reglementation", "mesure"), None),
    ("Label Ecoprod : la nouvelle version du référentiel est en consultation", "Quatre-vingt-cinq actions, douze postes, et un seuil relevé à 65 %.", 17, ("referentiels",), None),
    ("Des groupes électrogènes à hydrogène sur un tournage en Bretagne", "Première en France : quinze jours de tournage sans gazole.", 16, ("innovations",), "bretagne"),
    ("Former les coordinateurs d’écoproduction : une session à Marseille", "Cinq jours, finançables par l’Afdas.", 13, ("formation",), "sud"),
    ("Corse : l’écobonus prolongé d’un an", "La collectivité prolonge son écobonus pour les fictions tournées sur l’île.", 12, ("financements",), "corse"),
    ("Éclairage LED : ce que dit le retour d’expérience de vingt plateaux", "La consommation baisse de 60 %.", 11, ("innovations",), None),
    ("Assises de l’écoproduction : le programme est en ligne", "Deux journées à Paris, les 3 et 4 décembre 2026.", 10, ("evenements",), "ile-de-france"),
]  # fmt: skip


def fill(watch) -> list[str]:
    """A small watch; returns the ids of its items, as in NEWS."""
    source = Source(
        id="ecoprod-actualites", name="Ecoprod", publisher="Ecoprod", kind=Kind.FEED, url="https://ecoprod.com/feed"
    )
    with Store(watch.database) as store:
        found = [
            FoundItem(
                guid=str(n),
                url=f"https://ecoprod.com/actualites/{n}",
                title=title,
                summary=summary,
                published=datetime(2026, 11, day, 9, tzinfo=UTC),
            )
            for n, (title, summary, day, *_) in enumerate(NEWS)
        ]
        store.items.save(source, found, NOW)
        by_url = {item.url: item.id for item in store.items.select(limit=None)}
        ids = [by_url[one.url] for one in found]
        judged = []
        for one, (_, _, _, topics, region) in zip(ids, NEWS, strict=True):
            scores = {topic.id: 0.9 if topic.id in topics else 0.05 for topic in watch.classifier.topics}
            judged.append((one, "h", Verdict(relevant=True, relevance=0.95, topics=topics, scores=scores)))
            store.items.set_facets([(one, region, PRODUCTIONS.get(region, ()), ())])
        store.tags.record(judged, "head", NOW)
        dues = [
            ("sud@watchbot", date(2027, 1, 15), "Région Sud : aide aux documentaires", "avant le 15 janvier 2027", ids[0]),
            ("cnc@watchbot", date(2027, 3, 1), "Bilan carbone obligatoire au CNC", "à compter du 1er mars 2027", ids[1]),
            ("assises@watchbot", date(2026, 12, 3), "Assises de l’écoproduction", "les 3 et 4 décembre 2026", ids[7]),
        ]  # fmt: skip
        for uid, due, title, quote, item in dues:
            store.deadlines.save(
                [
                    Deadline(
                        uid=uid,
                        due=due,
                        title=title,
                        role="depot",
                        quote=quote,
                        confidence=0.9,
                        item_ids=(item,),
                        source_ids=(source.id,),
                        url="https://ecoprod.com/agenda",
                        first_seen=NOW,
                    )
                ]
            )
            store.deadlines.set_said_by(f"item:{item}", [uid])
        record = Record(
            number="RS6456",
            title="Déployer une démarche écoresponsable dans les productions audiovisuelles",
            certifiers=("CPNEF de l’audiovisuel",),
            active=True,
            expires=date(2026, 12, 21),
            formacodes=(("12522", "développement durable"),),
            url="https://www.francecompetences.fr/recherche/rs/6456/",
        )
        store.records.save("registre-rs", [record], NOW)
        store.changes.add(
            [
                Change(
                    id="c1c1c1c1c1c1",
                    source_id="label-ecoprod",
                    key="https://ecoprod.com/label",
                    title="Référentiel du Label Ecoprod",
                    url="https://ecoprod.com/label",
                    event="edited",
                    detected_at=datetime(2026, 11, 19, 6, tzinfo=UTC),
                    significance=Significance.SUBSTANTIVE,
                    reasons=("seuil : 60 % → 65 %",),
                    edits=(
                        Edit(
                            op="edited",
                            path=("Obtenir le label",),
                            before="Le score doit dépasser 60 %.",
                            after="Le score doit dépasser 65 %.",
                        ),
                    ),
                )
            ]
        )
    return ids


class Talk:
    """People who talk with the bot, and what comes back."""

    def __init__(self, watch, api: LocalBotApi, items: list[str], options: BotOptions | None = None) -> None:
        self.watch = watch
        self.api = api
        self.items = items
        self.now = NOW
        self.options = options or BotOptions(rate=0, group_rate=600, burst=1000)
        self.bot = self.start()

    def start(self) -> BotThread:
        self.bot = BotThread(self.watch, lambda: self.now, self.options)
        assert self.bot.start(40)
        return self.bot

    def store(self) -> Store:
        return Store(self.watch.database)

    # ------------------------------------------------------------------------------------------ people

    def write(self, text: str, chat: int = CAMILLE, **more):
        """Write, wait for the answer; the messages that came."""
        before = len(self.api.state.history) + 1
        self.api.write(chat, text, **more)
        return self._came(before)

    def press(self, label: str, chat: int = CAMILLE, user: int | None = None):
        """Press a button of the newest message that has one beginning so; what came."""
        for one in reversed(self.api.messages):
            data = next((d for text, d in one.buttons if text.startswith(label)), None)
            if one.chat == str(chat) and data is not None:
                return self.press_data(data, chat, one.message_id, user)
        raise AssertionError(
            f"no button {label!r} in {[m.buttons for m in self.api.messages if m.chat == str(chat)][-1:]}"
        )

    def press_data(self, data: str, chat: int = CAMILLE, message: int | None = None, user: int | None = None):
        own = [m for m in self.api.messages if m.chat == str(chat)]
        number = message if message is not None else own[-1].message_id
        before = len(self.api.state.history) + 1
        self.api.press(chat, number, data, None if user is None else {"id": user, "is_bot": False, "first_name": "X"})
        return self._came(before)

    def ask_inline(self, text: str, offset: str = ""):
        before = len(self.api.state.history)
        self.api.ask_inline(CAMILLE, text, offset)
        return self._came(before)

    def update(self, **content):
        """An update of any kind; what came."""
        before = len(self.api.state.history)
        self.api.state.update(content)
        return self._came(before)

    def _came(self, before: int):
        self.settle()
        return self.api.state.history[before:]

    def settle(self) -> None:
        """Wait until the bot has taken all updates in and is done with them."""
        with self.store() as store:
            settle(self.api, store.chat)

    def last(self, chat: int = CAMILLE):
        return [m for m in self.api.messages if m.chat == str(chat)][-1]

    def read(self, chat: int = CAMILLE) -> str:
        """The newest message, with plain spaces."""
        return self.last(chat).text.replace("\u00a0", " ")

    def reader(self, chat: int = CAMILLE):
        with self.store() as store:
            return store.subscribers.find("telegram", str(chat))

    # ------------------------------------------------------------------------------------------ golden

    def check(self, name: str, **names: str) -> None:
        """Compare the whole conversation with its golden file; GOLDEN=1 writes it."""
        text = transcript(self.api.state.history, names)
        path = GOLDEN / f"{name}.txt"
        if os.environ.get("GOLDEN"):
            path.write_text(text, encoding="utf-8")
        assert text == path.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("chat") / "veille"
    init_watch(folder)
    return folder


@pytest.fixture
def mood():
    """What the server answers instead, by (method, chat); tests put in what they need."""
    return {"say": lambda _method, _chat: None}


@pytest.fixture
def api(mood):
    def say(method: str, chat: str):
        return mood["say"](method, chat)

    with LocalBotApi(mood=say) as server:
        yield server


@pytest.fixture
def make(folder, tmp_path, api):
    """Makes a watch and talks about it; ends them before the server."""
    made = []

    def build(options: BotOptions | None = None, **environ: str) -> Talk:
        settings = {
            "WATCHBOT_DB": str(tmp_path / "watch.db"),
            "WATCHBOT_TELEGRAM_TOKEN": api.token,
            "WATCHBOT_TELEGRAM_API": api.url,
            "WATCHBOT_TELEGRAM_EDITORS": str(EDITOR),
            "WATCHBOT_TELEGRAM_ADMINS": str(ADMIN),
            "WATCHBOT_BASE_URL": "https://veille.example",
            **environ,
        }
        watch = load_watch(folder, settings)
        talk = Talk(watch, api, fill(watch), options)
        made.append(talk)
        return talk

    # As the program does: one line of JSON each on whatever is standard error now.
    configure("info", "json")
    yield build
    for talk in made:
        talk.bot.stop()


@pytest.fixture
def talk(make) -> Talk:
    return make()
