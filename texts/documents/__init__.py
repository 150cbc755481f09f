"""Documents in words and on paper: one sheet of texts, one template, two forms (HTML and PDF)."""
