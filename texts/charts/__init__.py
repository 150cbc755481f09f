"""Charts out of figures: laid out once, written as SVG for pages and drawn into PDFs from the same shapes."""
