"""The bubblewrap command line of a room, as a pure function."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

#: Where things lie in every room, whatever the host calls them.
KERNELS = PurePosixPath("/opt/kernels")
BASE_PYTHON = PurePosixPath("/opt/python")
PACKAGE = PurePosixPath("/opt/garrigue")
FIRST = PurePosixPath("/opt/first")
HOME = PurePosixPath("/home/learner")
NOTEBOOK_FOLDER = HOME / "notebook"

#: The learner's numbers inside; outside they are those of the room's slot.
UID = GID = 1000

#: Libraries that would start a thread for each core, and settings of theirs to pass on.
THREADS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)

#: scikit-learn sets these when it is imported, so a warm kernel would differ from a cold one.
SET_BY_LIBRARIES = {"KMP_DUPLICATE_LIB_OK": "True", "KMP_INIT_AT_FORK": "FALSE"}

PASSED_ON = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


@dataclass(frozen=True, kw_only=True)
class RoomSpec:
    """What a room is made of.

    :param base: the tree that the room shows, laid out by `ground`.
    :param space: folder with `home`, `tmp` and `shm`, on a file system of the room's own.
    :param files: descriptors of data files, and where in the room they appear.
    :param seccomp_fd: the compiled filter.
    :param info_fd: where bubblewrap tells the first process's id.
    :param is_first: the command is the first process and buries the dead, not bubblewrap.
    """

    base: Path
    space: Path
    files: Sequence[tuple[int, PurePosixPath]] = ()
    seccomp_fd: int | None = None
    info_fd: int | None = None
    is_first: bool = False


def room_command(spec: RoomSpec, command: Sequence[str]) -> list[str]:
    """Return a command line that runs `command` in a room. Runs nothing."""
    return [
        *("bwrap", "--unshare-all", "--unshare-user", "--disable-userns"),
        *("--assert-userns-disabled", "--new-session", "--die-with-parent"),
        *("--cap-drop", "ALL", "--uid", str(UID), "--gid", str(GID)),
        *("--hostname", "kernel"),
        *_view(spec),
        *("--seccomp", str(spec.seccomp_fd)) * (spec.seccomp_fd is not None),
        *("--info-fd", str(spec.info_fd)) * (spec.info_fd is not None),
        *("--as-pid-1",) * spec.is_first,
        "--",
        *command,
    ]


def nursery_command(spec: RoomSpec, command: Sequence[str]) -> list[str]:
    """Return a command line that runs the warm process: the same view, none of the walls.

    It keeps the namespaces of users and processes, because only their parent may send
    children into those of a room, and the right to do so. No learner's code runs in it.
    """
    return [
        *("bwrap", "--unshare-net", "--unshare-ipc", "--unshare-uts", "--new-session"),
        *("--die-with-parent", "--hostname", "kernel", "--cap-drop", "ALL"),
        *("--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SYS_ADMIN"),
        *_view(spec),
        "--",
        *command,
    ]


def room_environment(
    settings: Mapping[str, str], *, hash_seed: int, library_path: str = ""
) -> dict[str, str]:
    """Return the whole environment of a room's processes; only numeric settings pass."""
    passed = {name: settings[name] for name in PASSED_ON if name in settings}
    linked = {"LD_LIBRARY_PATH": library_path} if library_path else {}
    return {
        "HOME": str(HOME),
        "USER": "learner",
        "PATH": f"{KERNELS}/bin:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": str(hash_seed),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONNOUSERSITE": "1",
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "MPLCONFIGDIR": f"{HOME}/.config/matplotlib",
        "IPYTHONDIR": f"{HOME}/.ipython",
        "JUPYTER_PLATFORM_DIRS": "1",
        **dict.fromkeys(THREADS, "1"),
        **SET_BY_LIBRARIES,
        **passed,
        **linked,
    }


def place_of(name: str) -> PurePosixPath:
    """Return where a data file appears, given its path from the notebook's folder.

    :raises ValueError: for a path that leaves the learner's home.
    """
    parts: list[str] = list(NOTEBOOK_FOLDER.parts)
    for part in PurePosixPath(name).parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    place = PurePosixPath(*parts)
    is_inside = HOME in place.parents and place != NOTEBOOK_FOLDER
    if not is_inside or PurePosixPath(name).is_absolute() or "\0" in name:
        raise ValueError(f"Le fichier de données « {name} » sortirait du dossier du notebook.")
    return place


def _view(spec: RoomSpec) -> list[str]:
    return [
        *("--ro-bind", str(spec.base), "/"),
        *("--proc", "/proc", "--dev", "/dev"),
        *("--bind", str(spec.space / "tmp"), "/tmp"),  # noqa: S108
        *("--bind", str(spec.space / "shm"), "/dev/shm"),  # noqa: S108
        *("--bind", str(spec.space / "home"), str(HOME)),
        *_each("--ro-bind-data", ((str(fd), str(path)) for fd, path in spec.files)),
        *("--remount-ro", "/dev", "--chdir", str(NOTEBOOK_FOLDER)),
    ]


def _each(option: str, words: Iterable[tuple[str, ...]]) -> list[str]:
    return [word for group in words for word in (option, *group)]
