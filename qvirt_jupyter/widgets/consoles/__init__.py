"""Consoles of a machine: screens, serial ports and text consoles, in tabs and cells."""
