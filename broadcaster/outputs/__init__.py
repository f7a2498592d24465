"""The stage that sends captions to other programs and services: no line is lost or doubled."""
