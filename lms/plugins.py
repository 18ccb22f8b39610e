"""Finding plugins, refusing misspelt hooks, and asking them without trusting them."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from pluggy import PluginManager
from structlog.typing import FilteringBoundLogger

from lms import hookspecs

#: Our own features that go through the public hooks.
DEFAULT_PLUGINS = ("lms.default_plugins.mail_folder",)


def load_plugins(
    log: FilteringBoundLogger,
    *,
    extra: Iterable[object] = (),
    has_installed: bool = True,
) -> PluginManager:
    """Return a manager with the default, installed and extra plugins.

    Later plugins are asked first, so an installed one can replace a default. An installed
    plugin that cannot be loaded is logged and left out.

    :param has_installed: whether installed plugins are loaded.
    :raises PluginValidationError: if a plugin names a hook that does not exist.
    """
    plugins = PluginManager(hookspecs.PROJECT)
    plugins.add_hookspecs(hookspecs)
    for name in DEFAULT_PLUGINS:
        plugins.register(import_module(name), name)
    for found in entry_points(group=hookspecs.PROJECT) if has_installed else ():
        _register(plugins, found, log)
    for plugin in extra:
        plugins.register(plugin)
    plugins.check_pending()  # a misspelt hook name fails here, not silently
    return plugins


def ask(plugins: PluginManager, log: FilteringBoundLogger, hook: str, **asked: Any) -> Any:
    """Return the first answer of the hook's plugins, or None; one that fails is passed over."""
    for implementation in reversed(getattr(plugins.hook, hook).get_hookimpls()):
        arguments = {name: asked[name] for name in implementation.argnames}
        try:
            answer = implementation.function(**arguments)
        except Exception:
            log.exception("plugin failed", plugin=implementation.plugin_name, hook=hook)
            continue
        if answer is not None:
            return answer
    return None


def _register(plugins: PluginManager, found: EntryPoint, log: FilteringBoundLogger) -> None:
    try:
        plugin = found.load()
    except Exception:
        log.exception("plugin cannot be loaded", plugin=found.name)
        return
    plugins.register(plugin, found.name)
