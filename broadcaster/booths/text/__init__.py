"""What a booth writes: captions, the language they are in, the glossary."""
