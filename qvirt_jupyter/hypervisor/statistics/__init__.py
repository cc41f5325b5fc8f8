"""What machines and hosts use: asked once for all, kept for a day."""
