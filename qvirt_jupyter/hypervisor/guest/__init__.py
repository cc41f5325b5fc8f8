"""What is inside of a machine: its agent, its shell, and waiting for what it does."""
