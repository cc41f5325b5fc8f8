"""XML as people edit it: its sources, its faults at their lines, and earlier definitions."""
