"""A course alone, as a learner of a chosen promotion would see it on a chosen day."""
