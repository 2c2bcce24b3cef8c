"""Alert-free minutes drawn at random and looked at by people: what the system missed."""
