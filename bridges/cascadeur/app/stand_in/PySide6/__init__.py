"""A stand-in for what of PySide6 the server needs."""
