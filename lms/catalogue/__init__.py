"""Course folders read into frozen courses; what is wrong in them is said to their authors."""

from lms.catalogue.library import Library, open_library
from lms.catalogue.problems import CourseProblem

__all__ = ["CourseProblem", "Library", "open_library"]
