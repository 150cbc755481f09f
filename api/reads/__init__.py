"""SELECTs behind the lists and pages. Reads bypass the domain; nothing here writes."""
