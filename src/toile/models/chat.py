"""A vision language model behind an OpenAI-compatible endpoint: a picture and a prompt in, words out."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import Final

from PIL import Image

from toile.errors import ConfigError, EndpointError

_MAX_TOKENS: Final = 300


class ChatModel:
    """Chat completions of one model; answers are as likely as can be (temperature 0)."""

    def __init__(
        self, model: str, *, base_url: str | None = None, api_key: str | None = None, seconds: float = 60.0
    ) -> None:
        """Open the endpoint; nothing is sent yet.

        Args:
            model: its name there.
            base_url: of the endpoint, up to `/v1`; None: `OPENAI_BASE_URL`.
            api_key: None: `OPENAI_API_KEY`; local servers take any.
            seconds: to wait for an answer; two more attempts follow.

        Raises:
            ConfigError: the package `openai` is missing, or there is no key.
        """
        try:
            import openai
        except ModuleNotFoundError:
            raise ConfigError("language-model endpoints need the package openai: pip install 'toile[llm]'") from None
        self.model = model
        self._errors = openai.OpenAIError
        try:
            self._client = openai.OpenAI(base_url=base_url, api_key=api_key, timeout=seconds, max_retries=2)
        except openai.OpenAIError as error:
            raise ConfigError(f"{error}; a local server takes any key: OPENAI_API_KEY=none") from error

    def describe(self, image: Image.Image, prompt: str) -> str:
        """The model's answer.

        Raises:
            EndpointError: the endpoint is down, too slow, refuses, or answers with nothing.
        """
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=90)
        picture = f"data:image/jpeg;base64,{base64.b64encode(buffer.getvalue()).decode()}"
        content = [{"type": "text", "text": prompt}, {"type": "image_url", "image_url": {"url": picture}}]
        try:
            answer = self._client.chat.completions.create(
                model=self.model,
                messages=[{"role": "user", "content": content}],  # type: ignore[list-item, misc]
                temperature=0.0,
                max_tokens=_MAX_TOKENS,
            )
            text = answer.choices[0].message.content if answer.choices else None
        except (self._errors, AttributeError, TypeError, ValueError) as error:  # all but the first: no completion came
            raise EndpointError(f"{self.model} at {self._client.base_url} gave no answer: {error}") from error
        if not text or not text.strip():
            raise EndpointError(f"{self.model} at {self._client.base_url} answered with nothing")
        return str(text.strip())
