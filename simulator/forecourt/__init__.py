"""A page of the virtual chargers: what one does at a bay with one's hands is a press there."""
