"""Cases: from an upheld alert to its closing by two people."""
