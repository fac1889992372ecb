"""One question to a model by chat completions: short deadlines, no second try, and no secret in any error."""

from __future__ import annotations

import json
from typing import Final
from urllib.parse import urlsplit

from tieout.connectors.explainer.settings import AssistanceSettings
from tieout.connectors.transport import Json, Reply, Transport
from tieout.ports.errors import BadAnswer, Refused, Unavailable

CONNECT_SECONDS: Final = 3.0
TOKENS_MAX: Final = 400
ANSWER_BYTES_MAX: Final = 200_000


class ChatModel:
    """A model at an address of the settings."""

    def __init__(self, settings: AssistanceSettings) -> None:
        self.name = settings.model
        self.place = urlsplit(settings.model_url).hostname or ""
        self._settings = settings

    def explain(self, instruction: str, text: str) -> str:
        """What it says about a text; see the port."""
        asked = {
            "model": self.name,
            "temperature": 0,
            "max_tokens": TOKENS_MAX,
            "messages": [{"role": "system", "content": instruction}, {"role": "user", "content": text}],
        }
        reply = self._asked(json.dumps(asked).encode())
        if reply.status >= 500:
            raise Unavailable(f"the model answered {reply.status}")
        if not reply.is_success:
            raise Refused(f"the model answered {reply.status}")
        if len(reply.body) > ANSWER_BYTES_MAX:
            raise BadAnswer("the model answered more than anybody would read")
        return _said(reply.json())

    def _asked(self, content: bytes) -> Reply:
        """One exchange on a connection of its own: it is asked now and then, by a person who waits."""
        key = self._settings.model_key.get_secret_value() if self._settings.model_key is not None else ""
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
        transport = Transport(
            "the model",
            self._settings.model_url,
            connect_seconds=CONNECT_SECONDS,
            read_seconds=self._settings.model_seconds,
        )
        try:
            return transport.send("POST", "/chat/completions", writing=False, headers=headers, content=content)
        finally:
            transport.close()


def open_model(settings: AssistanceSettings) -> ChatModel | None:
    """The model of the settings; None where none is named. Opening sends nothing."""
    return ChatModel(settings) if settings.on and settings.model_url else None


def _said(answer: Json) -> str:
    """The text of the first choice."""
    match answer:
        case {"choices": [{"message": {"content": str(text)}}, *_]} if text.strip():
            return text
        case _:
            raise BadAnswer("the model answered something that is no chat completion")
