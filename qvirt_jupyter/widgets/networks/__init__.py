"""The virtual networks of a host: list, details, leases, and the dialogs that change them."""
