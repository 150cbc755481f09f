"""The use cases, for whatever face asks: no HTTP here, nor any other protocol."""
