"""The section with the secrets of a host."""
