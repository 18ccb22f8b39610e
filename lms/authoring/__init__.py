"""Beginning a course, a module or an assignment: files that are valid from the first minute."""
