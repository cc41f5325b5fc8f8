"""Virtual networks, host interfaces and filters; who is on them and under which address."""
