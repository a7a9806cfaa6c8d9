"""The cord: gate, wind-up, sensitisation, peptides, descending control."""
