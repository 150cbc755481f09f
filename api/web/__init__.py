"""Pages for people, made on the server: drivers, whoever stands at a bay, fleets. Usable without scripts."""
