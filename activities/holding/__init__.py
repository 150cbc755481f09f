"""How holds are placed, locked, moved and replaced: one transaction each. activities.holds is the face."""
