"""The tab of one machine, and what stands beside the list: its head, state, notes and figures."""
