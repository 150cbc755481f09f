"""How holds are placed, locked, moved and replaced: one transaction each. activities.holds.activities is the face."""
