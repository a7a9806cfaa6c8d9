"""Periaqueductal grey, medulla, locus coeruleus, raphe."""
