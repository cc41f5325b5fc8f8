"""How a connection is opened: credentials, certificates, plain words for failures."""
