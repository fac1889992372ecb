"""A language model behind an address that takes chat completions; off unless the settings name one."""

from tieout.connectors.explainer.chat import ChatModel, open_model

__all__ = ["ChatModel", "open_model"]
