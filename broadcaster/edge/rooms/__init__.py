"""The events that this edge serves: opened by the first listener, closed when they end."""
