"""Course folders read into frozen courses; what is wrong in them is said to their authors."""

from lms.catalogue.library import Library
from lms.catalogue.problems import CourseProblem

__all__ = ["CourseProblem", "Library"]
