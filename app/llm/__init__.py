"""The gateway to language models: any OpenAI-compatible endpoint, within budgets and time. What may be said is checked elsewhere."""
