"""Pictures of papers while a visit stands: in memory alone, never in visit, draft or log."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.paper_pictures import Camera

Key = tuple[str, ...]  # which typing of which paper of which visit it is of


@dataclass
class Pictures:
    """Called on the station's thread only; ``camera`` is set by whoever puts the devices together."""

    camera: Camera | None = None
    number: int = 0
    of: str = ""  # what was asked for, "" for nothing
    key: Key = ()
    seen: bytes = field(default=b"", repr=False)
    kept: dict[str, tuple[Key, bytes]] = field(default_factory=dict, repr=False)

    def forget(self) -> None:
        """What was asked for, or came and was not kept."""
        if self.of and not self.seen and self.camera is not None:
            self.camera.leave()
        self.of, self.key, self.seen = "", (), b""

    def drop(self) -> None:
        """The customer goes, or the screen is locked."""
        self.forget()
        self.kept.clear()
