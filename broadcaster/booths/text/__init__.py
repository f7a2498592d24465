"""A booth's text: captions, their language, the glossary."""
