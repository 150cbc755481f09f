"""Sentences, made where people read: message catalogues by language, and the reader that fills them in."""
