"""A process that makes one PDF: HTML on stdin, PDF on stdout."""

from __future__ import annotations

import resource
import sys

from lms.content.pdf import WALL_S, pdf_of


def main() -> None:
    """Make the PDF, within bounded processor time."""
    resource.setrlimit(resource.RLIMIT_CPU, (WALL_S, WALL_S))
    sys.stdout.buffer.write(pdf_of(sys.stdin.buffer.read().decode()))


if __name__ == "__main__":
    main()
