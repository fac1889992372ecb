"""The durable engine: processes on lanes, started in the caller's transaction, on any number of hosts."""

from __future__ import annotations

from tieout.durable.engine import Engine
from tieout.durable.failures import FailedJob
from tieout.durable.lanes import Deadline, EngineSettings, LaneJob, Process
from tieout.durable.stopping import stop_on_signals

__all__ = ["Deadline", "Engine", "EngineSettings", "FailedJob", "LaneJob", "Process", "stop_on_signals"]
