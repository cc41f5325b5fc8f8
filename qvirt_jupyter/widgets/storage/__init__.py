"""The storage of a host: its pools, what is in them, and what can be done with both."""
