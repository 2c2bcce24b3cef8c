"""Appeals of restaurants against verdicts, and who decides them."""
