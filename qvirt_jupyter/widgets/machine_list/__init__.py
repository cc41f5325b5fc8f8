"""The list of machines: rows, columns, figures, buttons, and who looks at it."""
