"""OpenID Connect: asks a provider who somebody is, and checks its signed answer."""
