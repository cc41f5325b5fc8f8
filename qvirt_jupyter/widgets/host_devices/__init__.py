"""The section with the devices of a host."""
