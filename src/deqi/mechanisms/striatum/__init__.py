"""The striatum's enkephalin."""
