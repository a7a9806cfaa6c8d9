"""What a needle does at its point, and what carries it into the nervous system."""
