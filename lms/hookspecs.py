"""Every hook: what plugins are asked, when, and what `None` means."""

from __future__ import annotations

from dataclasses import dataclass

from pluggy import HookimplMarker, HookspecMarker

from lms.config import Config

#: Name of the project at pluggy, and of the entry-point group in which plugins are found.
PROJECT = "garrigue"

hookspec = HookspecMarker(PROJECT)
hookimpl = HookimplMarker(PROJECT)


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One message to one person, in plain text."""

    to: str
    subject: str
    text: str


@hookspec(firstresult=True)
def send_mail(mail: Mail, config: Config) -> bool | None:
    """Send one mail and return True, or return None to leave it to the next plugin.

    Called after the transaction that caused the mail was committed, and after the answer
    went out to the browser, so it may take some seconds. An exception is logged under the
    plugin's name, and the next plugin is asked.
    """
