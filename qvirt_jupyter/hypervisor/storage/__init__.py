"""Storage pools and their volumes, and which machine's disk is where."""
