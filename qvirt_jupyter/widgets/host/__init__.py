"""What a host's tab is made of: its sections, each shown by the frame in ``host_page``."""
