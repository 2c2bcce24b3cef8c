"""How much of each kitchen was observed: the denominator of every rate."""
