"""SELECTs by noun. Nothing here writes or commits."""
