"""What every site of a test process makes anew though it is the same for all: made once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from types import CodeType
from typing import Any, ClassVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule

from lms import plugins
from lms.services import passwords
from lms.web import static


class CompiledTemplates(BytecodeCache):
    """Templates as Jinja compiled them, by their name and all that they say."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give back what was compiled, if the template still says the same."""
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        assert bucket.code is not None
        self._kept[bucket.key, bucket.checksum] = bucket.code


class CompiledRule(Rule):
    """A rule that takes the function writing its address from an earlier one like it.

    The function is a pure one of what the key names: it is given the rule that it serves.
    """

    _kept: ClassVar[dict[object, Callable[..., tuple[str, str]]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        if self.defaults or self.host or self.subdomain:
            return super()._compile_builder(append_unknown)
        key = (self.rule, self.merge_slashes, append_unknown)
        if key not in self._kept:
            self._kept[key] = super()._compile_builder(append_unknown)
        return self._kept[key]


@contextmanager
def sparing(folder: Path) -> Iterator[None]:
    """Make once, and give to all sites, what has no part in what tests tell apart.

    :param folder: where the static files are kept, published; sites only read them.
    """
    publish = static._publish

    def publish_once(source: Path, target: Path) -> Path:
        if source.parent != Path(static.__file__).parents[1]:
            return publish(source, target)
        return publish(source, folder / target.name)

    @cache
    def installed(_path: tuple[str, ...], group: str) -> EntryPoints:
        return entry_points(group=group)

    def found(*, group: str) -> EntryPoints:
        return installed(tuple(sys.path), group)

    kept: tuple[tuple[Any, str, object], ...] = (
        (Flask, "jinja_options", {"bytecode_cache": CompiledTemplates()}),
        (Flask, "url_rule_class", CompiledRule),
        (static, "_publish", publish_once),
        (plugins, "entry_points", found),
        (passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)),
    )
    with pytest.MonkeyPatch.context() as patch:
        for owner, name, value in kept:
            patch.setattr(owner, name, value)
        passwords._nobody.cache_clear()
        yield
    passwords._nobody.cache_clear()
