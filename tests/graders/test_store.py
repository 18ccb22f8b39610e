"""Results kept by their hash: found again, never half written, never in the way."""

from __future__ import annotations

from pathlib import Path

from graders.store import Store, default_folder, digest


class TestStore:
    def test_finds_what_was_kept(self, tmp_path):
        Store(tmp_path / "a").put("k", {"points": 1.5})

        assert Store(tmp_path / "a").get("k") == {"points": 1.5}
        assert [path.name for path in (tmp_path / "a").iterdir()] == ["k.json"]

    def test_knows_nothing_of_the_rest(self, tmp_path):
        (tmp_path / "broken.json").write_text("{")
        (tmp_path / "list.json").write_text("[]")
        store = Store(tmp_path)

        assert [store.get(key) for key in ("absent", "broken", "list")] == [None, None, None]

    def test_without_a_folder_it_keeps_nothing(self):
        store = Store(None)
        store.put("k", {})

        assert store.get("k") is None

    def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(self):
        Store(Path("/proc/nowhere")).put("k", {})


def test_parts_of_a_digest_do_not_run_together():
    assert digest("ab", "c") != digest("a", "bc")
    assert digest("é") == digest("é".encode())


def test_the_folder_is_the_users_cache():
    assert default_folder({"XDG_CACHE_HOME": "/x"}) == Path("/x/garrigue")
    assert default_folder({}) == Path.home() / ".cache" / "garrigue"
