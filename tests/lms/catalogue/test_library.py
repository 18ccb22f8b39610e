"""The library serves the last good form of each course, whatever happens to its folder."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from lms.catalogue import Library
from lms.catalogue.publishing import ChangedMeanwhile, publish
from lms.catalogue.read import read_course
from lms.errors import NotFound, Unavailable
from tests.factories import write_course


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    folder = tmp_path / "courses"
    write_course(folder)
    return folder


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return tmp_path / "published"


def rename(courses: Path, title: str) -> None:
    path = courses / "petit-cours" / "course.yml"
    lines = path.read_text(encoding="utf-8").split("\n")
    path.write_text("\n".join([f"title: {title}", *lines[1:]]), encoding="utf-8")


def spoil(courses: Path) -> None:
    (courses / "petit-cours" / "course.yml").write_text("title: [")


def publish_now(courses: Path, published: Path) -> bool:
    folder = courses / "petit-cours"
    course = read_course(folder).course
    assert course is not None
    return publish(folder, course, published)


class TestUnpublished:
    def test_a_course_is_read_once_without_live_reload(self, courses: Path) -> None:
        library = Library(courses)
        library.courses()
        rename(courses, "Autre titre")

        assert [course.title for course in library.courses()] == ["Petit cours"]

    def test_a_course_with_an_error_is_unavailable_and_others_are_served(
        self, courses: Path
    ) -> None:
        write_course(courses, "autre")
        spoil(courses)
        library = Library(courses)

        assert [course.slug for course in library.courses()] == ["autre"]
        assert library.unavailable() == ("petit-cours",)
        with pytest.raises(Unavailable, match="garrigue course check petit-cours"):
            library.course("petit-cours")
        assert library.problems("petit-cours")[0].line == 1

    def test_a_course_that_is_not_there_is_not_found(self, courses: Path) -> None:
        with pytest.raises(NotFound):
            Library(courses).course("absent")

    def test_a_missing_folder_has_no_courses(self, tmp_path: Path) -> None:
        assert Library(tmp_path / "absent").courses() == ()

    def test_folders_that_are_no_courses_are_left_alone(self, courses: Path) -> None:
        (courses / "notes").mkdir()
        (courses / ".git").mkdir()
        (courses / "README.md").write_text("x")

        assert Library(courses).slugs() == ("petit-cours",)


class TestLiveReload:
    def test_a_changed_course_is_read_anew(self, courses: Path) -> None:
        library = Library(courses, has_live_reload=True)
        library.courses()
        rename(courses, "Autre titre")

        assert library.course("petit-cours").title == "Autre titre"

    def test_an_unchanged_course_stays_the_same_value(self, courses: Path) -> None:
        library = Library(courses, has_live_reload=True)

        assert library.course("petit-cours") is library.course("petit-cours")

    def test_a_spoilt_course_stays_as_it_was_and_says_what_is_wrong(
        self, courses: Path
    ) -> None:
        library = Library(courses, has_live_reload=True)
        library.courses()
        spoil(courses)

        assert library.course("petit-cours").title == "Petit cours"
        assert "YAML illisible" in library.problems("petit-cours")[0].message

        write_course(courses / "again")
        (courses / "again" / "petit-cours" / "course.yml").replace(
            courses / "petit-cours" / "course.yml"
        )
        assert library.problems("petit-cours") == ()

    def test_a_course_that_appears_is_served(self, courses: Path) -> None:
        library = Library(courses, has_live_reload=True)
        library.courses()
        write_course(courses, "nouveau")

        assert library.slugs() == ("nouveau", "petit-cours")


class TestPublished:
    def test_the_web_sees_what_is_published_and_nothing_else(
        self, courses: Path, published: Path
    ) -> None:
        publish_now(courses, published)
        library = Library(courses, published=published)
        rename(courses, "Autre titre")
        (courses / "petit-cours" / "debut" / "lire.md").write_text("# Récrit\n")

        course = library.course("petit-cours")
        assert course.title == "Petit cours"
        assert b"Une le" in library.read(course, PurePosixPath("debut/lire.md"))

        assert publish_now(courses, published)
        course = library.course("petit-cours")
        assert course.title == "Autre titre"
        assert b"crit" in library.read(course, PurePosixPath("debut/lire.md"))

    def test_the_last_good_form_outlives_a_restart(
        self, courses: Path, published: Path
    ) -> None:
        publish_now(courses, published)
        spoil(courses)

        assert (
            Library(courses, published=published).course("petit-cours").title == "Petit cours"
        )

    def test_another_user_may_serve_what_was_published(
        self, courses: Path, published: Path
    ) -> None:
        publish_now(courses, published)

        modes = {path.stat().st_mode & 0o004 for path in published.rglob("*")}
        assert modes == {0o004}

    def test_publishing_the_same_again_changes_nothing(
        self, courses: Path, published: Path
    ) -> None:
        publish_now(courses, published)
        library = Library(courses, published=published)
        before = library.course("petit-cours")

        assert not publish_now(courses, published)
        assert library.course("petit-cours") is before

    def test_only_the_version_before_is_kept(self, courses: Path, published: Path) -> None:
        for number in range(4):
            rename(courses, f"Titre {number}")
            publish_now(courses, published)

        folders = [path for path in (published / "petit-cours").iterdir() if path.is_dir()]
        assert len(folders) == 2

    def test_solutions_of_wrong_answers_are_not_copied(
        self, courses: Path, published: Path
    ) -> None:
        (courses / "petit-cours" / "debut" / "premier.wrong.yml").write_text("x: 1")
        publish_now(courses, published)

        assert not list(published.rglob("*.wrong.yml"))

    def test_a_file_that_changes_while_it_is_copied_stops_the_publication(
        self, courses: Path, published: Path
    ) -> None:
        folder = courses / "petit-cours"
        course = read_course(folder).course
        assert course is not None
        (folder / "debut" / "lire.md").write_text("# Récrit\n")

        with pytest.raises(ChangedMeanwhile, match=r"lire\.md"):
            publish(folder, course, published)
        assert (
            Library(courses, published=published).course("petit-cours").title == "Petit cours"
        )
        assert not (published / "petit-cours" / "current").exists()


class TestRead:
    @pytest.mark.parametrize("path", ["../../secret", "course.yml.bak", "/etc/passwd", "data"])
    def test_65_only_files_that_the_course_uses_are_read(
        self, courses: Path, path: str
    ) -> None:
        library = Library(courses)
        course = library.course("petit-cours")
        (courses / "petit-cours" / "course.yml.bak").write_text("x")

        with pytest.raises(NotFound):
            library.read(course, PurePosixPath(path))

    def test_a_file_that_is_gone_is_not_found(self, courses: Path) -> None:
        library = Library(courses)
        course = library.course("petit-cours")
        (courses / "petit-cours" / "debut" / "lire.md").unlink()

        with pytest.raises(NotFound):
            library.read(course, PurePosixPath("debut/lire.md"))
