"""LLM inference services: their controller, and the presets that they are made of."""
