"""Kills every part of Slotkeeper at random while people book, charge and leave; then audits what is left."""
