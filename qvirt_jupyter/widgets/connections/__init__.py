"""Connections as people add, see, save and open them."""
