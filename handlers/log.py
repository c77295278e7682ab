"""Logs: one JSON object a line, with ids and nothing of a body, a key or a secret."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Log:
    """A log for one request or message."""

    request_id: str = ""
    transaction_id: str = ""

    def about(self, transaction_id: str) -> Log:
        """The same log for a transaction; its id must be of our own form."""
        return Log(self.request_id, transaction_id)

    def info(self, message: str, **fields: str | int) -> None:
        """Write a line that tells what happened."""
        self._write("INFO", message, fields)

    def fault(self, message: str, **fields: str | int) -> None:
        """Write a line that somebody should look at."""
        self._write("ERROR", message, fields)

    def _write(self, level: str, message: str, fields: dict[str, str | int]) -> None:
        line = {
            "level": level,
            "message": message,
            "request_id": self.request_id,
            "trace_id": os.environ.get("_X_AMZN_TRACE_ID", ""),
            "transaction_id": self.transaction_id,
            **fields,
        }
        sys.stdout.write(json.dumps({name: value for name, value in line.items() if value != ""}))
        sys.stdout.write("\n")
        sys.stdout.flush()
