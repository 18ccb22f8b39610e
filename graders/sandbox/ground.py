"""The keeper's private view of files, from which it builds rooms under neutral names."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from graders.sandbox import linux
from graders.sandbox.environment import Environment
from graders.sandbox.errors import Unsupported
from graders.sandbox.first import first_program
from graders.sandbox.room import BASE_PYTHON, FIRST, HOME, KERNELS, PACKAGE

#: Folders that every Debian has and that hold no Python; the first that fits is covered.
COVERABLE = ("/media", "/mnt", "/srv", "/tmp")  # noqa: S108

#: Files of the host that programs need and that tell nothing about it.
HARMLESS = ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime")

#: What rooms show besides, each room its own.
EMPTY = ("/proc", "/dev", "/tmp", "/var/tmp", str(HOME))  # noqa: S108

#: Mounts of the host that building a room takes, besides those of the system and of ours.
BUILDING = ("/proc", "/dev", "/tmp", *HARMLESS)  # noqa: S108

#: Files and folders that a room may hold; each costs the kernel about a kilobyte.
MAX_FILES = 32_768

PACKAGE_FOLDER = Path(__file__).parents[1]


@dataclass(frozen=True, kw_only=True)
class Ground:
    """Where the keeper finds what rooms are made of.

    :param base: the tree that every room shows, read-only.
    :param spaces: folder for the rooms' own file systems.
    :param python: the interpreter as rooms see it.
    :param library_path: where a relocated interpreter finds its own library, or nothing.
    :param is_root: whether each room can have a user of its own.
    """

    base: Path
    spaces: Path
    python: str
    library_path: str
    is_root: bool


def prepare(environment: Environment, groups: Iterable[Path] = ()) -> Ground:
    """Leave the host's view for a private one and lay out what rooms need.

    :param groups: folders of control groups that the keeper goes on using.
    :raises Unsupported: if this machine refuses the namespaces.
    """
    is_root = os.geteuid() == 0
    cover = _coverable(environment)
    masked = tuple(_masked(environment))
    _leave(is_root=is_root)
    if is_root:
        ours = (*map(Path, sys.path), Path(sys.prefix), environment.folder, environment.home)
        _drop_mounts({*map(Path, BUILDING), *groups}, {Path("/usr"), *ours})
    held = _hold(environment)
    linux.mount("tmpfs", cover, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, "mode=0755")
    base, spaces = cover / "base", cover / "rooms"
    spaces.mkdir()
    _lay_system(base)
    for place, descriptor in held.items():
        _bind(f"/proc/self/fd/{descriptor}", base / "opt" / place)
        os.close(descriptor)
    python, library_path = _lay_python(environment, base / "opt")
    _lay_first(base / FIRST.relative_to("/"))
    for path in masked:
        flags = linux.MS_RDONLY | linux.MS_NOSUID | linux.MS_NODEV
        linux.mount("tmpfs", base / path.lstrip("/"), "tmpfs", flags, "mode=0755")
    return Ground(
        base=base, spaces=spaces, python=python, library_path=library_path, is_root=is_root
    )


def make_space(folder: Path, *, size_bytes: int, owner: int) -> None:
    """Mount a file system that holds no more than `size_bytes`, and furnish it."""
    folder.mkdir()
    options = f"size={size_bytes},nr_inodes={MAX_FILES},mode=0755"
    linux.mount("tmpfs", folder, "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    for name, mode in (
        ("home", 0o755),
        ("home/notebook", 0o755),
        ("home/.config", 0o755),
        ("home/.config/matplotlib", 0o755),
        ("tmp", 0o1777),
        ("shm", 0o1777),
    ):
        place = folder / name
        place.mkdir()
        place.chmod(mode)
        os.chown(place, owner, owner)


def drop_space(folder: Path) -> None:
    """Let go of a room's file system; it lives on as long as the room does.

    The empty folder stays until the room has ended: removing the place of a mount takes the
    mount away from every namespace, also from a room that is just being built.
    """
    linux.unmount(folder)


def _hold(environment: Environment) -> dict[str, int]:
    """Open what rooms need before its names are covered; name by place in the tree."""
    packages = environment.site_packages
    sources = {
        f"{KERNELS.name}/lib/{packages.parent.name}/site-packages": packages,
        f"{PACKAGE.name}/graders": PACKAGE_FOLDER,
    }
    if not _is_system(environment.home):
        sources[BASE_PYTHON.name] = environment.home
    return {place: os.open(path, os.O_PATH) for place, path in sources.items()}


def _is_system(path: Path) -> bool:
    return path == Path("/usr") or Path("/usr") in path.parents


def _coverable(environment: Environment) -> Path:
    needed = [PACKAGE_FOLDER, environment.folder, environment.home, Path(os.__file__)]
    for name in COVERABLE:
        cover = Path(name)
        if cover.is_dir() and not any(cover in path.parents for path in needed):
            return cover
    raise Unsupported("Aucun dossier ne convient à la préparation des salles (/media, /mnt).")


def _masked(environment: Environment) -> Iterator[str]:
    """Name folders that lie in what every room sees and hold more than the engine."""
    source = PACKAGE_FOLDER.parent
    beside = source / "lms" if source.name == "site-packages" else source
    if _is_system(beside) and beside.is_dir():
        yield str(beside)
    if (environment.site_packages / "lms").is_dir():
        version = environment.site_packages.parent.name
        yield str(KERNELS / "lib" / version / "site-packages" / "lms")


def _leave(*, is_root: bool) -> None:
    uid, gid = os.geteuid(), os.getegid()
    try:
        linux.unshare(linux.CLONE_NEWNS if is_root else linux.CLONE_NEWNS | linux.CLONE_NEWUSER)
        if not is_root:
            Path("/proc/self/setgroups").write_text("deny")
            Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
            Path("/proc/self/gid_map").write_text(f"0 {gid} 1")
        linux.mount("none", Path("/"), "", linux.MS_REC | linux.MS_PRIVATE)
    except OSError as error:
        raise Unsupported(
            "Ce système refuse les espaces de noms aux utilisateurs ordinaires : "
            f"{error.strerror}. Lancez Garrigue en root, ou autorisez-les "
            "(kernel.unprivileged_userns_clone, profil AppArmor)."
        ) from error


def _drop_mounts(single: set[Path], whole: set[Path]) -> None:
    """Let go of the host's other mounts: each room copies the list of them and reads it.

    :param single: what is needed, without what is mounted below it.
    :param whole: what is needed with everything below it.
    """
    lines = Path("/proc/self/mountinfo").read_text().splitlines()
    places = [line.split()[4].encode().decode("unicode_escape") for line in lines]
    for place in map(Path, reversed(places)):
        is_below = not whole.isdisjoint(place.parents)
        is_above = any(place in (path, *path.parents) for path in single | whole)
        if not is_below and not is_above:
            with suppress(OSError):  # no longer there, or not ours to take away
                linux.unmount(place)


def _lay_system(base: Path) -> None:
    """Lay out the system's part of what rooms show; the smaller files are copied."""
    _bind("/usr", base / "usr")
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        if Path("/", name).is_symlink():
            (base / name).symlink_to(Path("/", name).readlink())
    for path in EMPTY:
        (base / path.lstrip("/")).mkdir(parents=True)
    (base / "etc").mkdir()
    for source in map(Path, HARMLESS):
        target = base / "etc" / source.name
        if source.is_dir():
            _bind(str(source), target)
        elif source.exists():
            shutil.copyfile(source, target)


def _lay_first(place: Path) -> None:
    place.write_bytes(first_program())
    place.chmod(0o755)


def _bind(source: str, target: Path) -> None:
    target.mkdir(parents=True)
    linux.mount(source, target, "", linux.MS_BIND | linux.MS_REC)


def _lay_python(environment: Environment, place: Path) -> tuple[str, str]:
    """Write a virtual environment whose names hold nothing of the host."""
    real = environment.python.resolve()
    is_system = _is_system(environment.home)
    inner = real if is_system else Path(BASE_PYTHON) / "bin" / real.name
    programs = place / KERNELS.name / "bin"
    programs.mkdir()
    for name in ("python", "python3"):
        (programs / name).symlink_to(inner)
    settings = f"home = {inner.parent}\ninclude-system-site-packages = false\n"
    (place / KERNELS.name / "pyvenv.cfg").write_text(settings)
    return str(KERNELS / "bin" / "python"), "" if is_system else str(BASE_PYTHON / "lib")
