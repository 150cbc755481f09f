"""The hold on a charger is a cache of ours: what it shows is compared with what we hold there, and mended both ways."""
