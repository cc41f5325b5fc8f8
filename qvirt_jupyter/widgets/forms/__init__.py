"""Forms from declarations: inputs, code, and what a form fills in."""
