"""The user's own ssh: how it is called, what it asks, one connection a host, ways through it."""
