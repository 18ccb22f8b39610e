"""What a warm process does to its own memory changes what forks cost, and nothing else."""

import json
import subprocess
import sys

JOINED = """
import decimal, json, lzma, sqlite3, ssl
from pathlib import Path
from graders.sandbox import linux

def parts():
    return [line.split()[1] for line in Path("/proc/self/maps").read_text().splitlines()]

before = parts()
linux.join_libraries()
after = parts()
assert sqlite3.connect(":memory:").execute("select 1 + 1").fetchone() == (2,)
assert lzma.decompress(lzma.compress(b"x" * 99)) == b"x" * 99
assert ssl.create_default_context() and decimal.Decimal("0.1") + 1
print(json.dumps([len(before), len(after), "rwxp" in after]))
"""


def test_libraries_lie_in_fewer_mappings_and_work_as_before():
    done = subprocess.run(
        [sys.executable, "-c", JOINED], capture_output=True, text=True, check=True
    )
    before, after, is_any_writable_and_executable = json.loads(done.stdout)

    assert after < 0.7 * before
    assert not is_any_writable_and_executable
