"""Ways to tell people: email, Slack, Teams and webhooks, behind the port `ports/notices.py`."""

from tieout.connectors.notices.channels import open_channel

__all__ = ["open_channel"]
