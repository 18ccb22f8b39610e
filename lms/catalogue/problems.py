"""What is wrong in a course folder, said with the file, the line and the key."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class CourseProblem:
    """One thing that the author of a course has to mend.

    :param file: relative to the course's folder.
    :param line: from 1; 0 when it concerns the whole file.
    :param key: dotted path of the YAML key, or the cell of a notebook; may be empty.
    :param message: in French: what is wrong, and what was expected.
    :param is_warning: the course is served all the same.
    """

    file: str
    message: str
    line: int = 0
    key: str = ""
    is_warning: bool = False

    def __str__(self) -> str:
        place = self.file
        if self.line:
            place += f", ligne {self.line}"
        if self.key:
            place += f", « {self.key} »"
        return f"{place} : {self.message}"
