"""Rooms are built by root and by anybody, wherever the project lies."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from graders.sandbox.environment import find_environment
from graders.sandbox.limits import OPT_IN

pytestmark = pytest.mark.room

ROOT = Path(__file__).parents[3]
NOBODY = 65534

SCRIPT = """
import sys
from graders.protocol import Limits
from graders.sandbox.environment import find_environment
from graders.sandbox.nursery import Nursery

with Nursery(find_environment("base"), is_warm=sys.argv[1] == "warm") as nursery:
    for _ in range(2):
        with nursery.kernel(limits=Limits()) as kernel:
            result = kernel.execute(sys.argv[2], wall_s=30)
            print(nursery.limits_kind, result.outcome, result.outputs[0]["text"], end="")
"""
LOOK = "import os, sys; print(os.getuid(), sys.prefix, os.path.exists('/root'), os.getcwd())"
SEEN = "ok 1000 /opt/kernels False /home/learner/notebook\n"


def build_rooms(mode, *prefix, source=ROOT, kernels=None, look=LOOK, **settings):
    """Run the script in a process of its own, as somebody else and from elsewhere."""
    # Nobody else may be able to read our own interpreter's folder; the kernels' will do.
    python = kernels / "bin" / "python" if prefix else sys.executable
    kernels = kernels or find_environment("base").folder
    return subprocess.run(
        [*prefix, str(python), "-P", "-c", SCRIPT, mode, look],
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(source),
            "PYTHONDONTWRITEBYTECODE": "1",
            "GARRIGUE_KERNELS": str(kernels),
            **settings,
        },
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def readable():
    """A copy of the engine and its kernels that anybody may read."""
    with tempfile.TemporaryDirectory(prefix="garrigue-hosts-", dir="/var/tmp") as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(ROOT / "graders", folder / "graders")
        copy_environment(folder / "kernels")
        yield folder


def copy_environment(target):
    """Make an environment that shares the libraries of ours through hard links or copies."""
    ours = find_environment("base")
    packages = target / "lib" / ours.site_packages.parent.name / "site-packages"
    packages.parent.mkdir(parents=True)
    shutil.copytree(ours.site_packages, packages, ignore=heavy, copy_function=link_or_copy)
    (target / "bin").mkdir()
    (target / "bin" / "python").symlink_to(ours.python.resolve())
    home = ours.python.resolve().parent
    (target / "pyvenv.cfg").write_text(f"home = {home}\ninclude-system-site-packages = false\n")


def link_or_copy(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


def heavy(_folder, names):
    """What the base environment does not need."""
    libraries = ("numpy", "pandas", "scipy", "sklearn", "matplotlib", "fontTools", "PIL")
    unneeded = (*libraries, "jedi", "pip", "setuptools", "debugpy", "narwhals")
    return [name for name in names if name.split(".")[0] in unneeded]


IS_ROOT = os.geteuid() == 0


def as_nobody():
    """Become an ordinary user, unless we are one."""
    become = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    return become if IS_ROOT else ()


@pytest.mark.parametrize("mode", ["warm", "cold"])
def test_the_platform_is_masked_in_an_environment_that_holds_it(readable, mode):
    """An installed wheel lies beside the libraries of the kernels when they share a folder."""
    (packages,) = (readable / "kernels" / "lib").glob("python3*/site-packages")
    (packages / "lms").mkdir()
    (packages / "lms" / "secret.py").write_text("")

    look = "import os; print(os.listdir('/opt/kernels/lib/%s/site-packages/lms'))"
    said = build_rooms(
        mode, source=readable, kernels=readable / "kernels", look=look % packages.parent.name
    )

    assert said.stdout.count("ok []") == 2, said.stderr


@pytest.mark.parametrize("mode", ["warm", "cold"])
class TestUnprivileged:
    def test_builds_rooms_when_the_operator_opts_in(self, readable, mode):
        said = build_rooms(
            mode,
            *as_nobody(),
            source=readable,
            kernels=readable / "kernels",
            **{OPT_IN: "1"},
        )

        assert said.stdout == f"none {SEEN}" * 2, said.stderr

    def test_refuses_where_totals_are_not_held(self, readable, mode):
        said = build_rooms(mode, *as_nobody(), source=readable, kernels=readable / "kernels")

        assert "Unguaranteed" in said.stderr
        assert said.stdout == ""


if IS_ROOT:  # what an ordinary user cannot read, its rooms cannot show

    @pytest.mark.parametrize("mode", ["warm", "cold"])
    def test_root_may_keep_the_project_to_itself(readable, mode):
        readable.chmod(0o700)

        said = build_rooms(mode, source=readable, kernels=readable / "kernels")

        assert said.stdout.count(SEEN) == 2, said.stderr

    @pytest.mark.parametrize("mode", ["warm", "cold"])
    def test_root_may_keep_the_interpreter_to_itself(readable, mode):
        """A base interpreter outside /usr, below a folder that nobody else may enter."""
        real = find_environment("base").python.resolve()
        library = Path(os.__file__).parent
        base = readable / "base"
        (base / "bin").mkdir(parents=True)
        shutil.copy2(real, base / "bin" / real.name)
        shutil.copytree(
            library,
            base / "lib" / library.name,
            ignore=shutil.ignore_patterns("site-packages", "dist-packages", "test", "idlelib"),
            copy_function=link_or_copy,
            ignore_dangling_symlinks=True,
        )
        link = readable / "kernels" / "bin" / "python"
        link.unlink()
        link.symlink_to(base / "bin" / real.name)
        readable.chmod(0o700)

        said = build_rooms(mode, source=readable, kernels=readable / "kernels")

        assert said.stdout.count(SEEN) == 2, said.stderr
