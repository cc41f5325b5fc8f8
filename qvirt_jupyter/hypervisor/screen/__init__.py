"""Displays, and the screen behind them: looked at, typed into, recorded."""
