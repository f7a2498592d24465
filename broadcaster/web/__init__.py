"""The HTTP application every stage adds its routes to: errors, assets, request queue, metrics."""
