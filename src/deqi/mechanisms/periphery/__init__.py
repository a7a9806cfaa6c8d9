"""The painful region: load, root, muscle, inflammation, nociceptors."""
