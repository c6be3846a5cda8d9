"""Background work: each step loads, makes one engine call, saves. No rule and no vendor protocol lives here."""
