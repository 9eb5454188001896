"""A hospital files what it attests: cards, outbox, submission."""
