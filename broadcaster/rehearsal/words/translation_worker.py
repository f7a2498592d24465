"""The process that translates: `python -m broadcaster.rehearsal.words.translation_worker FOLDER`.

The argument is the folder in which the models are. JSON lines `{"model", "source", "target",
"text"}` on standard input are answered in order, each by a JSON line: `{"text"}`, or `{"error"}`
if the model cannot be used. `languages` may be added for a model whose files do not tell them. A
model stays loaded once it was used. The process ends when its input does.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from broadcaster.rehearsal.words.text_model import TextModel
from broadcaster.rehearsal.words.text_model_folder import UnusableModel, read_text_model

_NICENESS = 5
_MOST_THREADS = 4


class Translators:
    """Models by name, loaded when they are first needed.

    Args:
        models_dir: the folder in which they are.
        threads: processor threads of each.
    """

    def __init__(self, models_dir: Path, threads: int) -> None:
        self._models_dir, self._threads = models_dir, threads
        self._loaded: dict[str, TextModel] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, str]:
        """The answer to a request."""
        name = request["model"]
        try:
            if name not in self._loaded:
                languages = request.get("languages", "")
                files = read_text_model(self._models_dir / name, languages)
                self._loaded[name] = TextModel(files, self._threads)
            translated = self._loaded[name].translate(
                request["text"], request["source"], request["target"]
            )
        except UnusableModel as wrong:
            return {"error": str(wrong)}
        except (RuntimeError, ValueError, OSError) as wrong:
            return {"error": f"the model {name} cannot be used: {wrong}"}
        return {"text": translated}


def main() -> None:
    """Answer requests until the input ends."""
    os.nice(_NICENESS)
    threads = min(len(os.sched_getaffinity(0)), _MOST_THREADS)
    translators = Translators(Path(sys.argv[1]), threads)
    for line in sys.stdin.buffer:
        sys.stdout.write(json.dumps(translators.answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
