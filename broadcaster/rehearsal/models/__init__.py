"""The folder of models: what it holds, and how a model comes into it."""
