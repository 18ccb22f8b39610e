"""Course folders, read into frozen values."""
