"""Channels of an event on the outputs of an AV rack: sound cards, AES67 streams, other servers."""
