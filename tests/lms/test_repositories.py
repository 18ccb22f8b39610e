"""A hostile repository is refused or inert: nothing in it runs, and nothing leads outside."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lms import repositories
from lms.domain.pulls import checked_branch, checked_folder, checked_url, shown_url
from lms.errors import Invalid
from lms.repositories import RepositoryRefused, RepositoryUnavailable, fetch, write_out
from tests.lms import git


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "depot"
    (folder / "cours").mkdir(parents=True)
    (folder / "course.yml").write_text("title: Un\n")
    (folder / "cours" / "page.md").write_bytes(b"# Une page\r\n\0")
    git.repository(folder)
    return folder


@pytest.fixture
def taken(source, tmp_path):
    """Fetch the repository and write it out; the files that came."""

    def take(folder: str = "") -> dict[str, bytes]:
        store, target = tmp_path / "store", tmp_path / "ici"
        made = fetch(f"file://{source}", "main", store)
        write_out(store, made, folder, target)
        return {
            str(path.relative_to(target)): path.read_bytes()
            for path in target.rglob("*")
            if path.is_file()
        }

    return take


class TestWriteOut:
    def test_gives_the_files_as_they_are(self, taken):
        assert taken() == {"course.yml": b"title: Un\n", "cours/page.md": b"# Une page\r\n\0"}

    def test_gives_one_folder_of_the_repository(self, taken):
        assert taken("cours") == {"page.md": b"# Une page\r\n\0"}

    def test_says_that_the_folder_is_not_there(self, taken):
        with pytest.raises(RepositoryUnavailable, match="pas de dossier"):
            taken("autre")

    @pytest.mark.parametrize(
        ("mode", "kind", "content", "path", "said"),
        [
            ("120000", "blob", "/etc/passwd", "secrets.csv", "lien symbolique"),
            ("120000", "blob", "../..", "lien", "lien symbolique"),
            ("160000", "commit", "1" * 40, "module", "sous-module"),
            ("100644", "blob", "x", "a\\b", "nom de fichier"),
            ("100644", "blob", "x", "a\nb", "nom de fichier"),
            ("100644", "blob", "x", "n" * 230, "trop long"),
            ("100644", "blob", "version https://git-lfs.github.com/spec/v1\n", "g", "LFS"),
        ],
    )
    def test_refuses_what_no_course_may_hold(
        self, taken, source, mode, kind, content, path, said
    ):
        git.commit_entry(source, mode, kind, content, path)
        with pytest.raises((RepositoryRefused, RepositoryUnavailable)) as refused:
            taken()
        problems = getattr(refused.value, "problems", ())
        assert said in str(problems) or "git" in str(refused.value)

    @pytest.mark.parametrize(
        ("limit", "said"),
        [("MAX_FILES", "plus de 1 fichiers"), ("MAX_TOTAL_BYTES", "en tout"),
         ("MAX_FILE_BYTES", "dépasse")],
    )  # fmt: skip
    def test_refuses_too_much(self, taken, monkeypatch, limit, said):
        monkeypatch.setattr(repositories, limit, 1)
        with pytest.raises(RepositoryRefused) as refused:
            taken()
        assert said in str(refused.value.problems)

    def test_leaves_hidden_files_where_they_are(self, taken, source):
        (source / ".github").mkdir()
        (source / ".github" / "x.yml").write_text("a: b")
        (source / ".gitattributes").write_text("* filter=mal\n* text eol=crlf\n")
        (source / ".gitmodules").write_text(
            '[submodule "m"]\n\tpath = m\n\turl = ext::sh -c x\n'
        )
        git.commit(source)
        assert set(taken()) == {"course.yml", "cours/page.md"}

    def test_runs_nothing_that_the_repository_brings(self, taken, source, tmp_path):
        trap = tmp_path / "pris"
        (source / "hooks").mkdir()
        (source / ".gitattributes").write_text("* filter=mal diff=mal merge=mal\n")
        (source / "config").write_text(f'[filter "mal"]\n\tsmudge = touch {trap}\n')
        homes = (source / "hooks", source / ".git" / "hooks", tmp_path / "store" / "hooks")
        for hooks in homes:
            hooks.mkdir(parents=True, exist_ok=True)
            for name in ("post-checkout", "post-merge", "reference-transaction", "update"):
                (hooks / name).write_text(f"#!/bin/sh\ntouch {trap}\n")
                (hooks / name).chmod(0o755)
        git.commit(source)
        trap.unlink(missing_ok=True)  # the author's own hooks run for the author
        assert "course.yml" in taken()
        assert not trap.exists()

    def test_reads_nobodys_settings(self, taken, tmp_path, monkeypatch):
        trap = tmp_path / "pris"
        settings = tmp_path / ".gitconfig"
        settings.write_text(
            f"[core]\n\tfsmonitor = touch {trap}\n\tsshCommand = touch {trap}\n"
        )
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("GIT_CONFIG_PARAMETERS", "'core.bare=nonsense'")
        assert taken()
        assert not trap.exists()


class TestFetch:
    def test_takes_only_the_newest_commit(self, source, tmp_path):
        first = git.run(source, "rev-parse", "HEAD")
        newest = git.commit(source)
        assert fetch(f"file://{source}", "main", tmp_path / "s") == newest
        assert first not in git.run(tmp_path / "s", "rev-list", "--all")

    def test_says_what_git_said(self, source, tmp_path):
        with pytest.raises(RepositoryUnavailable, match="git n’a pas pu"):
            fetch(f"file://{source}", "absente", tmp_path / "s")

    def test_follows_no_other_transport(self, source, tmp_path, monkeypatch):
        trap = tmp_path / "pris"
        monkeypatch.setattr(repositories, "transport_of", lambda _url: "https")
        for url in (f"ext::touch {trap}", f"file://{source}", f"fd::{os.devnull}"):
            with pytest.raises(RepositoryUnavailable):
                fetch(url, "main", tmp_path / "s")
        assert not trap.exists()

    def test_a_token_in_the_address_is_seen_by_nobody(self, tmp_path):
        with pytest.raises(RepositoryUnavailable) as refused:
            fetch("file:///nulle/part", "main", tmp_path / "s")
        assert "/nulle/part" not in (tmp_path / "s" / "config").read_text()
        assert str(refused.value)
        assert shown_url("https://robot:jeton@f.example/c.git") == "https://f.example/c.git"


class TestAddresses:
    @pytest.mark.parametrize(
        "url",
        ["https://f.example/c.git", "https://u:t@f.example/c", "ssh://git@f.example:22/c.git",
         "git@f.example:groupe/cours.git", "file:///srv/git/cours.git"],
    )  # fmt: skip
    def test_are_taken(self, url):
        assert checked_url(url) == url

    @pytest.mark.parametrize(
        "url",
        ["ext::sh -c touch%20x", "fd::17", "--upload-pack=touch x", "https://", "git://f/c",
         "ftp://f.example/c", "file://hote/c", "/srv/c.git", "https://-o/c",
         "-oProxyCommand=x:y", "https://f.example/c\n", "https::https://f.example/c", "",
         "ssh://-oProxyCommand=x/c", "https://f.example/" + "c" * 600],
    )  # fmt: skip
    def test_are_refused(self, url):
        with pytest.raises(Invalid, match="adresse de dépôt"):
            checked_url(url)

    @pytest.mark.parametrize("branch", ["--all", "a..b", "a b", "", "a.lock", "x@{1}", "a/"])
    def test_refuse_branches_that_are_none(self, branch):
        with pytest.raises(Invalid):
            checked_branch(branch)

    @pytest.mark.parametrize("folder", ["..", "/a", "a/../b", ".git", "a//b", "a b"])
    def test_refuse_folders_that_lead_elsewhere(self, folder):
        with pytest.raises(Invalid):
            checked_folder(folder)
        assert checked_folder("cours/python") == "cours/python"
