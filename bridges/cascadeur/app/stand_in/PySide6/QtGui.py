"""Dialogs."""

from __future__ import annotations

from csc.world import APPLICATION


class QGuiApplication:
    @staticmethod
    def modalWindow() -> object | None:  # noqa: N802 -- as Qt spells it
        return QGuiApplication if APPLICATION.dialog else None
