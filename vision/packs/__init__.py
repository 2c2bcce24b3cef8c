"""Rule packs: which rule holds where, how long it must last, how severe it is, and why."""
