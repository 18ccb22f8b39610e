"""Any jupyter_client program may use our rooms: proven with nbclient and nbconvert."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

pytestmark = pytest.mark.room

SPEC = {
    "argv": ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
    "display_name": "Room",
    "language": "python",
    "metadata": {
        "kernel_provisioner": {
            "provisioner_name": "garrigue-room",
            "config": {"environment": "base", "memory_mib": 512},
        }
    },
}


@pytest.fixture
def specs(tmp_path):
    """A folder of kernelspecs with one that asks for a room."""
    folder = tmp_path / "kernels" / "room"
    folder.mkdir(parents=True)
    (folder / "kernel.json").write_text(json.dumps(SPEC))
    return tmp_path


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def client(specs, *sources):
    manager = AsyncKernelManager(
        kernel_name="room",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(specs / "kernels")]),
    )
    return NotebookClient(notebook(*sources), km=manager, timeout=60)


class TestNbclient:
    def test_runs_a_notebook_in_a_room(self, specs):
        found = client(
            specs, "import os", "print(os.getuid(), os.path.exists('/root'))"
        ).execute()

        assert found.cells[1].outputs[0].text == "1000 False\n"

    def test_reports_the_error_of_a_cell(self, specs):
        with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
            client(specs, "1 / 0").execute()

    def test_interrupts_an_endless_cell(self, specs):
        running = client(specs, "while True: pass", "print('after')")
        running.timeout, running.interrupt_on_timeout = 1, True
        running.allow_errors = True

        found = running.execute()

        assert found.cells[0].outputs[0].ename == "KeyboardInterrupt"
        assert found.cells[1].outputs[0].text == "after\n"


def test_nbconvert_executes_through_it(specs, tmp_path):
    path = tmp_path / "work.ipynb"
    nbformat.write(notebook("print(open('/proc/1/comm').read())"), path)

    said = subprocess.run(
        [
            *(sys.executable, "-m", "jupyter", "nbconvert", "--to", "notebook", "--execute"),
            *("--ExecutePreprocessor.kernel_name=room", "--output", "done.ipynb", str(path)),
        ],
        env={**os.environ, "JUPYTER_PATH": str(specs)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stderr
    done = nbformat.read(tmp_path / "done.ipynb", as_version=4)
    assert done.cells[0].outputs[0].text == "first\n\n"
