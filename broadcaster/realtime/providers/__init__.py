"""The services that interpret: one file each says everything that differs between them."""
