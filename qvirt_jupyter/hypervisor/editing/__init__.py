"""Definitions changed as transactions: on disk, on the running machine, and back."""
