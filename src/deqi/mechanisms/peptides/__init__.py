"""Expression and stores of opioid peptides, and what body fluids show of them."""
