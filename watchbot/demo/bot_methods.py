"""The methods of the local Bot API server, by name in lower case: each takes the state and the call's fields.

Source: https://core.telegram.org/bots/api, for fields, limits and answers; descriptions of errors as the API words them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from watchbot.demo.bot_state import BOT, BotState, Sent, chat_of, person
from watchbot.demo.telegram_html import EntityError, read_markup, utf16_length

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
CALLBACK_LIMIT = 64
ANSWER_LIMIT = 200
Fields = dict[str, Any]


class RefusedError(Exception):
    """The API refuses a call."""

    def __init__(self, description: str, status: int = 400, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.parameters = parameters


def _chat(state: BotState, fields: Fields) -> str:
    chat = str(fields.get("chat_id", ""))
    if not re.fullmatch(r"-?[1-9]\d{0,18}", chat):
        raise RefusedError("Bad Request: chat not found")
    if chat in state.blocked:
        raise RefusedError("Forbidden: bot was blocked by the user", 403)
    if chat in state.moved:
        text = "Bad Request: group chat was upgraded to a supergroup chat"
        raise RefusedError(text, migrate_to_chat_id=int(state.moved[chat]))
    return chat


def _text(fields: Fields, name: str, limit: int) -> tuple[str, str, tuple[dict[str, Any], ...]]:
    markup = str(fields.get(name, ""))
    try:
        text, entities = read_markup(markup) if fields.get("parse_mode") == "HTML" else (markup, [])
    except EntityError as error:
        raise RefusedError(f"Bad Request: {error}") from error
    if utf16_length(text.strip()) > limit:
        raise RefusedError(f"Bad Request: message {'caption ' if name == 'caption' else ''}is too long")
    return markup, text.strip(), tuple(entities)


def _markup(fields: Fields) -> dict[str, Any] | None:
    markup = fields.get("reply_markup")
    if not isinstance(markup, dict):
        return None
    for row in markup.get("inline_keyboard", []):
        for button in row:
            if not str(button.get("text", "")).strip():
                raise RefusedError("Bad Request: can't parse inline keyboard button: text can't be empty")
            data = button.get("callback_data")
            if data is not None and not 1 <= len(str(data).encode()) <= CALLBACK_LIMIT:
                raise RefusedError("Bad Request: BUTTON_DATA_INVALID")
    return markup


def get_me(_state: BotState, _fields: Fields) -> dict[str, Any]:
    """Who the bot is."""
    return BOT | {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": True}


def send_message(state: BotState, fields: Fields) -> dict[str, Any]:
    """A message to a chat."""
    chat = _chat(state, fields)
    markup, text, entities = _text(fields, "text", TEXT_LIMIT)
    if not text:
        raise RefusedError("Bad Request: message text is empty")
    buttons = _markup(fields)
    with state.lock:
        one = Sent(chat, markup, text, state.next_id(chat), buttons, entities)
        state.keep(one)
    return state.shown(one)


def send_document(state: BotState, fields: Fields) -> dict[str, Any]:
    """A file to a chat."""
    chat = _chat(state, fields)
    markup, text, entities = _text(fields, "caption", CAPTION_LIMIT)
    document = fields.get("document")
    if not isinstance(document, dict):
        document = next((v for v in fields.values() if isinstance(v, dict) and "data" in v), None)
    if document is None or not document["data"]:
        raise RefusedError("Bad Request: file must be non-empty")
    buttons = _markup(fields)
    with state.lock:
        number = state.next_id(chat)
        one = Sent(chat, markup, text, number, buttons, entities, document["name"] or "file", document["data"])
        state.keep(one)
    return state.shown(one)


def _own(state: BotState, fields: Fields, what: str) -> Sent:
    chat = _chat(state, fields)
    one = state.messages.get((chat, int(fields.get("message_id") or 0)))
    if one is None:
        raise RefusedError(f"Bad Request: message to {what} not found")
    if not one.by_bot and what == "edit":
        raise RefusedError("Bad Request: message can't be edited")
    return one


def _edit(state: BotState, one: Sent, **changes: Any) -> dict[str, Any]:
    changed = replace(one, **changes)
    if (changed.text, changed.entities, changed.markup) == (one.text, one.entities, one.markup):
        text = (
            "specified new message content and reply markup are exactly the same as a current content and reply markup"
        )
        raise RefusedError(f"Bad Request: message is not modified: {text} of the message")
    changed = replace(changed, edits=one.edits + 1)
    state.keep(changed)
    return state.shown(changed)


def edit_message_text(state: BotState, fields: Fields) -> dict[str, Any]:
    """Another text, and other buttons or none, for a message of the bot."""
    with state.lock:
        one = _own(state, fields, "edit")
        markup, text, entities = _text(fields, "text", TEXT_LIMIT)
        if not text:
            raise RefusedError("Bad Request: message text is empty")
        return _edit(state, one, html=markup, text=text, entities=entities, markup=_markup(fields))


def edit_message_reply_markup(state: BotState, fields: Fields) -> dict[str, Any]:
    """Other buttons, or none, for a message of the bot."""
    with state.lock:
        return _edit(state, _own(state, fields, "edit"), markup=_markup(fields))


def delete_message(state: BotState, fields: Fields) -> bool:
    """A message taken away."""
    with state.lock:
        one = _own(state, fields, "delete")
        del state.messages[one.chat, one.message_id]
    return True


def get_updates(state: BotState, fields: Fields) -> list[dict[str, Any]]:
    """What people did."""
    if state.webhook is not None:
        text = "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
        raise RefusedError(text, 409)
    limit = min(max(int(fields.get("limit") or 100), 1), 100)
    return state.wait_updates(int(fields.get("offset") or 0), limit, min(float(fields.get("timeout") or 0), 50.0))


def set_webhook(state: BotState, fields: Fields) -> bool:
    """Updates go to an address from now on."""
    with state.lock:
        url = str(fields.get("url", ""))
        state.webhook = (url, str(fields.get("secret_token", ""))) if url else None
    return True


def delete_webhook(state: BotState, fields: Fields) -> bool:
    """Updates are fetched again."""
    with state.lock:
        state.webhook = None
        if str(fields.get("drop_pending_updates", "")).lower() == "true":
            state.updates.clear()
    return True


def get_webhook_info(state: BotState, _fields: Fields) -> dict[str, Any]:
    """Where updates go."""
    url = state.webhook[0] if state.webhook else ""
    return {"url": url, "has_custom_certificate": False, "pending_update_count": len(state.updates)}


def _answered(state: BotState, fields: Fields, name: str) -> str:
    query = str(fields.get(name, ""))
    with state.lock:
        if query not in state.queries:
            text = "Bad Request: query is too old and response timeout expired or query ID is invalid"
            raise RefusedError(text)
        return state.queries.pop(query)


def answer_callback_query(state: BotState, fields: Fields) -> bool:
    """The answer to a button pressed."""
    if utf16_length(str(fields.get("text") or "")) > ANSWER_LIMIT:
        raise RefusedError("Bad Request: MESSAGE_TOO_LONG")
    chat = _answered(state, fields, "callback_query_id")
    with state.changed:
        state.answers.append(fields)
        state.history.append({"toast": str(fields.get("text") or ""), "chat": chat})
        state.changed.notify_all()
    return True


def answer_inline_query(state: BotState, fields: Fields) -> bool:
    """The answer to an inline query: fifty results at most, with ids of 1 to 64 bytes, each once."""
    results = fields.get("results") or []
    ids = [str(one.get("id", "")) for one in results]
    if len(ids) > 50:
        raise RefusedError("Bad Request: RESULTS_TOO_MUCH")
    if len(set(ids)) != len(ids):
        raise RefusedError("Bad Request: RESULT_ID_DUPLICATE")
    if any(not 1 <= len(one.encode()) <= 64 for one in ids):
        raise RefusedError("Bad Request: RESULT_ID_INVALID")
    for one in results:
        content = one.get("input_message_content")
        if isinstance(content, dict):
            _text(
                {"text": content.get("message_text", ""), "parse_mode": content.get("parse_mode")}, "text", TEXT_LIMIT
            )
    _answered(state, fields, "inline_query_id")
    with state.changed:
        state.inline_answers.append(fields)
        state.history.append({"inline": results})
        state.changed.notify_all()
    return True


def set_my_commands(state: BotState, fields: Fields) -> bool:
    """The menu of commands."""
    for one in fields.get("commands") or []:
        if not re.fullmatch(r"[a-z0-9_]{1,32}", str(one.get("command", ""))):
            raise RefusedError("Bad Request: BOT_COMMAND_INVALID")
        if not 1 <= len(str(one.get("description", ""))) <= 256:
            raise RefusedError("Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
    with state.lock:
        state.commands = list(fields.get("commands") or [])
    return True


def get_my_commands(state: BotState, _fields: Fields) -> list[dict[str, Any]]:
    """The menu of commands as it was set."""
    return state.commands


def get_chat(state: BotState, fields: Fields) -> dict[str, Any]:
    """A chat."""
    return chat_of(_chat(state, fields)) | {"accent_color_id": 0, "max_reaction_count": 11}


def get_chat_administrators(state: BotState, fields: Fields) -> list[dict[str, Any]]:
    """The administrators of a group."""
    chat = _chat(state, fields)
    return [_member(number, admin=True) for number in state.admins.get(chat, [])]


def get_chat_member(state: BotState, fields: Fields) -> dict[str, Any]:
    """One member of a group."""
    chat, number = _chat(state, fields), int(fields.get("user_id") or 0)
    return _member(number, admin=number in state.admins.get(chat, []))


def _member(number: int, *, admin: bool) -> dict[str, Any]:
    if not admin:
        return {"status": "member", "user": person(number)}
    return {"status": "creator", "user": person(number), "is_anonymous": False}


def _yes(state: BotState, fields: Fields) -> bool:
    if "chat_id" in fields:
        _chat(state, fields)
    return True


METHODS: dict[str, Callable[[BotState, Fields], Any]] = {
    "getme": get_me,
    "sendmessage": send_message,
    "senddocument": send_document,
    "editmessagetext": edit_message_text,
    "editmessagereplymarkup": edit_message_reply_markup,
    "deletemessage": delete_message,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "answercallbackquery": answer_callback_query,
    "answerinlinequery": answer_inline_query,
    "setmycommands": set_my_commands,
    "getmycommands": get_my_commands,
    "getchat": get_chat,
    "getchatadministrators": get_chat_administrators,
    "getchatmember": get_chat_member,
    **dict.fromkeys(("sendchataction", "setmydescription", "setmyshortdescription", "deletemycommands", "close"), _yes),
}
