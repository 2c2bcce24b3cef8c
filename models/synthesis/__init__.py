"""The rendered kitchen: people, hats, masks and a rat, filmed by a camera whose truth is known."""
