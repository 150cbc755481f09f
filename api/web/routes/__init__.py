"""The pages, a file for whom or what they are about."""
