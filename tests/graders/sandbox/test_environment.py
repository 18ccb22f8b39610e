"""The kernels' interpreter is found where the operator says, else beside the source."""

import pytest

from graders.sandbox.environment import Environment, find_environment
from graders.sandbox.errors import EnvironmentMissing


def make_environment(folder, *distributions):
    packages = folder / "lib" / "python3.11" / "site-packages"
    (packages / "ipykernel").mkdir(parents=True)
    for name in distributions:
        (packages / f"{name}.dist-info").mkdir()
    (folder / "bin").mkdir()
    python = folder / "bin" / "python"
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    return {"GARRIGUE_KERNELS": str(folder)}


def test_the_operator_s_folder_comes_first(tmp_path):
    found = find_environment("data", make_environment(tmp_path))

    assert found.python == tmp_path / "bin" / "python"
    assert "pandas" in found.preload


def test_the_base_environment_loads_nothing_more(tmp_path):
    assert find_environment("base", make_environment(tmp_path)).preload == ()


def test_the_digest_tells_versions_apart(tmp_path):
    one = find_environment("base", make_environment(tmp_path / "a", "numpy-2.1"))
    same = find_environment("data", make_environment(tmp_path / "b", "numpy-2.1"))
    other = find_environment("base", make_environment(tmp_path / "c", "numpy-2.2"))

    assert one.digest == same.digest != other.digest


def test_it_travels_as_json(tmp_path):
    found = find_environment("data", make_environment(tmp_path))

    assert Environment.from_json(found.to_json()) == found


@pytest.mark.parametrize(
    ("name", "said"), [("other", "n’existe pas"), ("data", "Pas d’interpréteur")]
)
def test_what_is_missing_is_said(tmp_path, name, said):
    with pytest.raises(EnvironmentMissing, match=said):
        find_environment(name, {"GARRIGUE_KERNELS": str(tmp_path)})


def test_an_interpreter_without_ipykernel_is_refused(tmp_path):
    settings = make_environment(tmp_path)
    (tmp_path / "lib" / "python3.11" / "site-packages" / "ipykernel").rmdir()

    with pytest.raises(EnvironmentMissing, match="ipykernel manque"):
        find_environment("data", settings)
