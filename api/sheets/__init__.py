"""Self-control sheets: made from what happened, confirmed by the person in charge."""
