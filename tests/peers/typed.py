"""Section 5 of docs/format.md, for the independent checker: documents that were typed."""

from __future__ import annotations

from typing import Any

from tests.peers.numbers import need

CAUSES = ("no_chip", "reader_failed", "reader_down")


class Typed:
    """Documents of one counter for which a second person was asked."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[str, Any]] = {}

    def follow(self, body: dict[str, Any]) -> dict[str, int]:
        """One entry of version 1, its request looked at already; what it did, counted by name."""
        kind, data, seq = body["kind"], body["data"], body["seq"]
        if kind == "IdentityTyped":
            need(data["cause"] in CAUSES, "typed for no cause that there is")
            self._rows[seq] = {**data, "by": body["actor"]["id"], "sender": 0, "taken": False}
        elif kind == "SenderVerified" and data.get("method") == "manual":
            for row in self._rows.values():
                if (row["visit"], row["read"]) == (data["visit"], data["read"]):
                    row["sender"] = seq
        elif kind == "TypedTaken":
            found = self._rows.get(data["typed"], {"sender": 0})
            need(found["sender"] == data["sender"] > 0, "takes no document of that sender")
            need(not found["taken"], "a typed document is taken twice")
            need((found["cause"], found["by"]) == (data["cause"], body["actor"]["id"]), "typed by another")
            found["taken"] = True
            return {f"typed {data['cause']}": 1}
        elif kind == "ItemAccepted":
            resting = [row for row in self._rows.values() if row["sender"] == data["sender"]]
            need(
                all(row["taken"] for row in resting), "an item on a typed document that nobody was asked for"
            )
        return {}
