"""A host itself: what it is, its devices, its secrets."""
