"""FaultPlan that can be planned, and the connection they strike."""
