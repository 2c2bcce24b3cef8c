"""Who works here: people, their roles, their sessions."""
