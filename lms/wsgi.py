"""The site as web servers load it: `gunicorn 'lms.wsgi:site()'`."""

from __future__ import annotations

import os

from flask import Flask

from lms.app import create_app
from lms.config import from_environment


def site() -> Flask:
    """Return the site that the environment describes."""
    return create_app(from_environment(os.environ))
