"""What the service did, counted: no person, no words, only days, measures and numbers."""
