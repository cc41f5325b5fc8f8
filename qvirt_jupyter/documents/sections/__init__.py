"""What a domain says of itself: one file per section of its definition."""
