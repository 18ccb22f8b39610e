"""Writes mails to a folder that the operator can read: no mail server is needed to begin."""

from __future__ import annotations

import os
import secrets
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from lms.config import Config
from lms.hookspecs import Mail, hookimpl


@hookimpl
def send_mail(mail: Mail, config: Config) -> bool:
    """Write one `.eml` file to `<instance>/mails/`, readable by the site's user alone."""
    now = datetime.now(UTC)
    message = EmailMessage(policy=SMTP)
    message["From"] = f"ne-pas-repondre@{urlsplit(config.public_url).hostname}"
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    message.set_content(mail.text, cte="8bit")
    _write(
        config.instance / "mails" / f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.eml",
        message.as_bytes(),
    )
    return True


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
