"""The bus over Redis, for several processes and machines."""
