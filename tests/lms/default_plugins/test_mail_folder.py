"""Mails as files that the operator reads."""

from __future__ import annotations

import email
import email.policy

from lms.default_plugins.mail_folder import send_mail
from lms.hookspecs import Mail


def test_writes_one_file_for_each_mail(config):
    for number in range(3):
        send_mail(Mail(to="ada@ecole.example", subject=f"n° {number}", text="é\n"), config)
    files = sorted((config.instance / "mails").iterdir())
    found = [
        email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        for path in files
    ]
    assert [mail["Subject"] for mail in found] == ["n° 0", "n° 1", "n° 2"]
    assert found[0]["To"] == "ada@ecole.example"
    assert found[0].get_content() == "é\r\n"


def test_nobody_else_on_the_machine_can_read_them(config):
    send_mail(Mail(to="ada@ecole.example", subject="Lien", text="secret"), config)
    folder = config.instance / "mails"
    [path] = folder.iterdir()
    assert folder.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o077 == 0
