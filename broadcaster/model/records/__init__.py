"""Records and messages on the bus: their JSON, changing one among other writers, and asking."""
