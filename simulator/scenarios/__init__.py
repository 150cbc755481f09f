"""The demo's stories: a site of their own, virtual chargers, drivers with an app, and what must come of it."""
