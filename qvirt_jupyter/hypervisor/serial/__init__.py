"""Serial ports and text consoles: one reader for each, any number of listeners."""
