"""The pages people work on: sign-in, review, alerts."""
