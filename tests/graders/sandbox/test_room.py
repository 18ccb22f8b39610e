"""The command line of a room says all that its code may touch."""

from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from graders.sandbox.room import (
    NOTEBOOK_FOLDER,
    RoomSpec,
    nursery_command,
    place_of,
    room_command,
    room_environment,
)

SPEC = RoomSpec(
    base=Path("/b"),
    space=Path("/s"),
    files=((7, PurePosixPath("/home/learner/notebook/a.csv")),),
    seccomp_fd=9,
    info_fd=8,
)


def options(command, name, count):
    """Return the words that follow each use of an option."""
    places = [place for place, word in enumerate(command) if word == name]
    return [tuple(command[place + 1 : place + 1 + count]) for place in places]


class TestRoomCommand:
    def test_leaves_every_namespace_and_every_capability(self):
        command = room_command(SPEC, ["python"])

        assert {"--unshare-all", "--unshare-user", "--disable-userns", "--new-session"} <= {
            *command
        }
        assert "--die-with-parent" in command
        assert options(command, "--cap-drop", 1) == [("ALL",)]
        assert "--cap-add" not in command

    def test_only_the_room_s_own_file_system_can_be_written(self):
        command = room_command(SPEC, ["python"])

        assert options(command, "--bind", 2) == [
            ("/s/tmp", "/tmp"),
            ("/s/shm", "/dev/shm"),
            ("/s/home", "/home/learner"),
        ]
        assert options(command, "--remount-ro", 1) == [("/dev",)]

    def test_shows_the_system_the_engine_and_the_data_alone(self):
        command = room_command(SPEC, ["python"])

        assert options(command, "--ro-bind", 2) == [("/b", "/")]
        assert options(command, "--ro-bind-data", 2) == [("7", "/home/learner/notebook/a.csv")]
        assert not {"--tmpfs", "--dev-bind", "--overlay"} & {*command}

    def test_applies_the_filter_and_runs_the_command_last(self):
        command = room_command(SPEC, ["python", "-c", "x"])

        assert options(command, "--seccomp", 1) == [("9",)]
        assert command[-4:] == ["--", "python", "-c", "x"]

    def test_leaves_the_dead_to_bubblewrap_unless_the_command_buries_them(self):
        assert "--as-pid-1" not in room_command(SPEC, [])
        assert "--as-pid-1" in room_command(replace(SPEC, is_first=True), [])

    def test_the_warm_process_has_the_same_view(self):
        room = room_command(SPEC, [])
        nursery = nursery_command(SPEC, [])

        start = "--ro-bind"
        assert (
            room[room.index(start) : room.index("--seccomp")]
            == nursery[nursery.index(start) : nursery.index("--")]
        )


class TestEnvironment:
    def test_passes_numeric_settings_and_nothing_else(self):
        given = {"SECRET_KEY": "x", "OPENBLAS_CORETYPE": "Haswell", "PATH": "/secret"}

        environment = room_environment(given, hash_seed=3)

        assert "x" not in environment.values()
        assert "/secret" not in environment["PATH"]
        assert environment["OPENBLAS_CORETYPE"] == "Haswell"
        assert environment["PYTHONHASHSEED"] == "3"
        assert environment["OMP_NUM_THREADS"] == "1"


class TestPlaces:
    @pytest.mark.parametrize(
        ("name", "place"),
        [
            ("a.csv", NOTEBOOK_FOLDER / "a.csv"),
            ("data/a.csv", NOTEBOOK_FOLDER / "data/a.csv"),
            ("./data/../a.csv", NOTEBOOK_FOLDER / "a.csv"),
            ("../a.csv", NOTEBOOK_FOLDER.parent / "a.csv"),
        ],
    )
    def test_are_counted_from_the_notebook(self, name, place):
        assert place_of(name) == place

    @pytest.mark.parametrize("name", ["", ".", "..", "/a", "../../a", "../notebook", "a\0"])
    def test_outside_the_home_are_refused(self, name):
        with pytest.raises(ValueError, match="sortirait"):
            place_of(name)
