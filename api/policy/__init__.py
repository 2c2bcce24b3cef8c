"""The supervision office's policy: clocks, calendar, score and grades in one versioned file."""
