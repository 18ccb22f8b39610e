"""Finding plugins, refusing misspelt hooks, and asking them without trusting them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from itertools import chain, count
from typing import Any

from pluggy import HookImpl, PluginManager
from structlog.typing import FilteringBoundLogger

from lms import hookspecs
from lms.domain.activities import Activity, PageText, ReadActivity
from lms.domain.alerts import Alert, AlertRule, GroupFacts
from lms.domain.course import Assignment, Course
from lms.domain.marks import ScoreRule, ScoreRules
from lms.domain.unlocking import Opening, Unlock
from lms.errors import Refusal
from lms.failures import FailureLog
from lms.logs import json_log

#: Our own features that go through the public hooks.
DEFAULT_PLUGINS = (
    "lms.default_plugins.engine",
    "lms.default_plugins.score_rules",
    "lms.default_plugins.mail_folder",
    "lms.default_plugins.notify_by_mail",
    "lms.default_plugins.event_log",
    "lms.default_plugins.declared_openings",
    "lms.default_plugins.enrolment_folder",
    "lms.default_plugins.lesson_pages",
    "lms.default_plugins.quiz",
    "lms.default_plugins.csv_roster",
    "lms.default_plugins.alerts",
    "lms.default_plugins.list_plugins",
    "lms.default_plugins.yaml_referentials",
    "lms.default_plugins.sheets",
)

#: In the instance folder.
FAILURES = "extensions.jsonl"


@dataclass(frozen=True, kw_only=True)
class PluginShown:
    """One plugin, as operators see it.

    :param version: of its package; empty for our own and for those given by hand.
    """

    name: str
    version: str
    hooks: tuple[str, ...]
    is_ours: bool


class Plugins:
    """The plugins of a site. One that fails is named in the log and among the failures."""

    def __init__(
        self,
        manager: PluginManager,
        log: FilteringBoundLogger,
        failures: FailureLog | None = None,
    ) -> None:
        self._manager = manager
        self._log = log
        self._failures = failures
        self._versions: dict[str, str] = {}

    def ask(self, hook: str, **asked: Any) -> Any:
        """Return the first answer, or None; a plugin that fails is passed over."""
        answers = (self._answer(found, hook, asked) for found in self._found(hook))
        return next((answer for answer in answers if answer is not None), None)

    def gather(self, hook: str, **asked: Any) -> list[Any]:
        """Return the answers of all plugins, our own first, without those that failed."""
        answers = [self._answer(found, hook, asked) for found in reversed(self._found(hook))]
        return [answer for answer in answers if answer is not None]

    def has(self, name: str) -> bool:
        """Whether a plugin of that name was loaded."""
        return bool(self._manager.has_plugin(name))

    def add(self, plugin: object, name: str | None = None, *, version: str = "") -> None:
        """Add a plugin; it is asked before those that are there.

        :param name: for the log and the operators; by default, that of the plugin's class.
        """
        named = self._manager.register(plugin, name or self._free_name(type(plugin).__name__))
        if named and version:
            self._versions[named] = version

    def add_found(self, found: EntryPoint) -> None:
        """Load and add an installed plugin; one that cannot be loaded is left out."""
        try:
            plugin = found.load()
        except Exception as error:
            self._log.exception("plugin cannot be loaded", plugin=found.name)
            self._note(found.name, "", error)
            return
        self.add(plugin, found.name, version=found.dist.version if found.dist else "")

    def shown(self) -> tuple[PluginShown, ...]:
        """Return the plugins in the order in which they are asked."""
        named = reversed(self._manager.list_name_plugin())
        return tuple(
            PluginShown(
                name=name,
                version=self._versions.get(name, ""),
                hooks=tuple(
                    sorted(found.name for found in self._manager.get_hookcallers(plugin) or ())
                ),
                is_ours=name in DEFAULT_PLUGINS,
            )
            for name, plugin in named
            if plugin is not None
        )

    def fingerprint(self, hook: str) -> str:
        """Return what changes when other plugins, or other versions, implement a hook.

        Empty when only ours do: commands that load no plugin agree with it.
        """
        names = (found.plugin_name for found in self._found(hook))
        return ",".join(
            f"{name}=={self._versions.get(name, '')}"
            for name in names
            if name not in DEFAULT_PLUGINS
        )

    def _free_name(self, name: str) -> str:
        numbered = (f"{name}-{number}" for number in count(2))
        return next(found for found in chain((name,), numbered) if not self.has(found))

    def _found(self, hook: str) -> list[HookImpl]:
        return list(reversed(getattr(self._manager.hook, hook).get_hookimpls()))

    def _answer(self, found: HookImpl, hook: str, asked: dict[str, Any]) -> Any:
        try:
            return found.function(**{name: asked[name] for name in found.argnames})
        except Refusal:
            raise  # said to the person who asked: no fault of the plugin
        except Exception as error:
            self._log.exception("plugin failed", plugin=found.plugin_name, hook=hook)
            self._note(found.plugin_name, hook, error)
            return None

    def _note(self, plugin: str, hook: str, error: Exception) -> None:
        if self._failures is not None:
            self._failures.note(plugin=plugin, hook=hook, error=error, at=datetime.now(UTC))


def load_plugins(
    log: FilteringBoundLogger,
    *,
    extra: Iterable[object] = (),
    has_installed: bool = True,
    failures: FailureLog | None = None,
) -> Plugins:
    """Return the default, installed and extra plugins.

    Later plugins are asked first, so an installed one can replace a default. An installed
    plugin that cannot be loaded is logged and left out.

    :param has_installed: whether installed plugins are loaded.
    :param failures: where failures are kept for operators; nowhere by default.
    :raises PluginValidationError: if a plugin names a hook that does not exist.
    """
    manager = PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    plugins = Plugins(manager, log, failures)
    for name in DEFAULT_PLUGINS:
        plugins.add(import_module(name), name)
    for found in _installed() if has_installed else ():
        plugins.add_found(found)
    for plugin in extra:
        plugins.add(plugin)
    manager.check_pending()  # a misspelt hook name fails here, not silently
    return plugins


def activity_reader(plugins: Plugins) -> ReadActivity:
    """Return what asks the plugins for the questions of a page."""

    def read(page: PageText) -> Activity | None:
        found: Activity | None = plugins.ask("read_activity", page=page)
        return found

    return read


def alert_rules(plugins: Plugins) -> tuple[AlertRule, ...]:
    """Return the rules of all plugins; one that comes later takes the place of its like."""
    rules: Sequence[Sequence[AlertRule]] = plugins.gather("alert_rules")
    return tuple({rule.key: rule for found in rules for rule in found}.values())


def alert_finder(
    plugins: Plugins,
) -> Callable[[AlertRule, Mapping[str, int], GroupFacts], Sequence[Alert] | None]:
    """Return what asks the plugins for the alerts that a rule raises."""

    def find(
        rule: AlertRule, thresholds: Mapping[str, int], facts: GroupFacts
    ) -> Sequence[Alert] | None:
        found: Sequence[Alert] | None = plugins.ask(
            "find_alerts", rule=rule, thresholds=thresholds, facts=facts
        )
        return found

    return find


def unlocking(plugins: Plugins) -> Unlock:
    """Return what asks the plugins whether an assignment is open; it is when none answers."""

    def unlock(course: Course, assignment: Assignment, reached: Mapping[str, float]) -> Opening:
        found: Opening | None = plugins.ask(
            "unlock", course=course, assignment=assignment, reached=reached
        )
        return found or Opening(is_open=True)

    return unlock


def score_rules(plugins: Plugins) -> ScoreRules:
    """Return the rules that courses may name, the first one for those that name none."""
    offered: list[Sequence[ScoreRule]] = plugins.gather("score_rules")
    return {rule.name: rule for rules in offered for rule in rules}


def installed_plugins(*, has_installed: bool = True) -> Plugins:
    """Return the plugins for a command that has no site at hand."""
    return load_plugins(json_log(), has_installed=has_installed)


def _installed() -> Iterator[EntryPoint]:
    yield from entry_points(group=hookspecs.PROJECT)
