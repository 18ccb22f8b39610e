"""Lets `python -m lms.cli` do what the `garrigue` command does."""

from lms.cli import main

if __name__ == "__main__":
    main()
