"""The reservation workflow."""
