"""The kinds of tests, as pytest markers: what a test needs, and whether it takes long.

A test of no kind is `fast`: it needs Python alone, and little time. `make test-fast` runs those.
"""

import re
from functools import cache
from pathlib import Path

import pytest

_TESTS = Path(__file__).parent
KINDS = {
    "browser": "drives Chromium",
    "chaos": "breaks sessions, servers and machines for minutes; `make chaos` runs it",
    "long": "computes for seconds",
    "node": "runs a program of Node",
    "programs": "needs a program that README names: caddy, flite, nginx, sox, srt-tools, …",
    "realtime": "plays sound, or starts processes, in real time",
    "redis": "starts redis-server",
    "sound": "hears a page in real time; alone on the machine if it is long, too",
    "speech": "recognises or speaks seconds of speech",
}
WAITING = frozenset({"node", "programs", "realtime", "redis"})
"""Kinds of tests that wait for other programs, or for time to pass."""
_MAY_WAIT = re.compile(rf"redis|mark\.({'|'.join(sorted(WAITING))})")
OF_FILES = {  # beginning of the path below tests/ -> kinds of all its tests
    "access/test_access_page": "browser",
    "access/test_cut_off": "realtime redis",
    "access/test_every_route": "long",
    "access/test_oidc_page": "browser",
    "archive": "long",
    "archive/upload": "realtime",
    "audio/microphone": "long",
    "audio/stereo/test_downmix": "long",
    "audio/test_file": "long",
    "audio/test_loudness": "long",
    "booths/announcements/test_speaker": "long",
    "booths/floor/test_speech_times": "long",
    "booths/human": "long",
    "booths/playout/test_channel": "long",
    "booths/playout/test_floor_bed": "long",
    "booths/sessions/test_ending_soon": "long",
    "booths/sessions/test_failover": "long",
    "booths/sessions/test_speech_gate": "long",
    "booths/test_caption_times": "realtime",
    "booths/text/test_caption_properties": "long",
    "booths/text/test_speaker_names": "long",
    "bus/test_broken_files": "realtime",
    "bus/test_contract.py::test_a_held_lease": "realtime",
    "bus/test_folder_lock": "realtime",
    "bus/test_redis": "redis",
    "bus/test_retained_files.py::test_an_orderly_end": "realtime",
    "bus/test_retained_files.py::test_the_next_server": "realtime",
    "bus/test_store_outage": "realtime",
    "chaos/sessions": "chaos speech",
    "chaos/test_machines": "chaos realtime redis speech",
    "commands/test_children": "realtime",
    "commands/test_cli": "realtime",
    "commands/test_data_folder": "realtime",
    "commands/test_demo": "realtime",
    "commands/test_goodbye.": "realtime redis",
    "commands/test_goodbye_page": "browser realtime redis sound",
    "commands/test_interpreter": "realtime",
    "commands/test_publish.": "realtime redis",
    "commands/test_publish_device": "realtime",
    "audio/input/test_capture": "realtime",
    "audio/input/test_stream_address": "programs",
    "av/receiving/test_groups": "realtime",
    "commands/test_publish_aes67": "realtime",
    "commands/test_publish_streams": "programs realtime",
    "commands/test_stream_playback": "programs realtime",
    "commands/test_settings": "realtime",
    "commands/test_stop": "realtime",
    "commands/test_store": "realtime redis",
    "commands/test_workers": "realtime redis",
    "desk/announcements/test_announcement_pages": "browser",
    "consoles/sound": "realtime",
    "consoles/sound/test_two_devices": "redis",
    "consoles/test_console_page": "browser realtime",
    "desk/announcements/test_translation": "realtime redis",
    "desk/check/test_engines": "realtime redis",
    "desk/check/test_server.py::test_redis": "redis",
    "desk/check/test_trials": "realtime redis speech",
    "desk/comparison/test_comparison_api": "realtime",
    "desk/conferences/test_conference_page": "browser",
    "desk/conferences/test_event_form": "browser",
    "desk/inputs/test_pulled_page": "browser",
    "desk/outputs/test_outputs_page": "browser",
    "desk/programme/test_import.py::test_one_import": "redis",
    "desk/recordings/test_recordings_page": "browser",
    "desk/rehearsal": "realtime redis speech",
    "desk/review/test_redis_review": "redis",
    "desk/review/test_review_page": "browser",
    "desk/summary/test_summary_page": "browser",
    "desk/test_alarms": "long",
    "desk/test_log.py::test_writers": "redis",
    "desk/test_odd_requests": "long",
    "desk/test_poster": "browser",
    "desk/test_stored_keys": "redis",
    "docs/test_organizer": "realtime",
    "e2e": "realtime speech",
    "e2e/test_broadcast": "sound",
    "e2e/test_delay": "sound",
    "e2e/test_demo": "long sound",
    "e2e/test_examples": "sound",
    "e2e/test_human_interpreter.": "redis",
    "e2e/test_human_interpreters": "long programs redis sound",
    "e2e/test_recording": "node",
    "e2e/test_stereo_pages": "sound",
    "edge/http/test_stream": "realtime",
    "edge/programme/test_programme_page": "browser",
    "edge/proxies": "programs",
    "edge/proxies/test_proxied_page": "browser sound",
    "edge/rooms/test_rooms": "realtime",
    "edge/screens/test_screen_pages": "browser",
    "edge/test_captions_without_store": "realtime",
    "edge/test_closing_rooms": "realtime",
    "edge/test_frame_lengths": "realtime",
    "edge/test_goodbyes": "realtime",
    "edge/test_page_faults": "sound",
    "edge/test_page_phone": "sound",
    "edge/test_page_networks": "sound",
    "edge/test_page_sound": "sound",
    "edge/test_page_switch": "sound",
    "edge/test_whep_players": "node sound",
    "edge/whep/test_forwarding": "realtime",
    "edge/whep/test_offer_corpus": "long",
    "edge/whep/test_sessions": "realtime",
    "floor/microphones/test_named_publishers": "realtime",
    "floor/test_floors": "realtime",
    "floor/test_lost_lease": "realtime redis",
    "floor/test_two_processes": "realtime redis",
    "floor/test_stereo_publishers": "realtime",
    "floor/test_whip": "realtime",
    "fuzz": "realtime",
    "interpreter/sounds": "long speech",
    "loadtest/test_command": "realtime",
    "loadtest/test_crowd": "realtime",
    "loadtest/test_page.": "realtime",
    "loadtest/test_page.py::test_a_phone_loads": "browser",
    "loadtest/test_transports": "realtime",
    "outputs/test_webhooks.py::test_the_example": "realtime",
    "model/test_languages.py::test_every_language": "long",
    "realtime/socket/test_conversation": "realtime",
    "rack/test_card": "realtime",
    "rack/test_channel_feed": "realtime",
    "rack/test_multicast": "realtime",
    "rack/test_output_buffer": "long",
    "rack/test_pushing": "programs realtime",
    "rehearsal/faults/test_faulty_sessions": "speech",
    "rehearsal/hearing/test_recogniser": "speech",
    "rehearsal/sessions": "speech",
    "rehearsal/speaking": "speech",
    "rehearsal/test_process": "speech",
    "rehearsal/whisper/test_free_speech": "long speech",
    "rehearsal/whisper/test_whisper": "long speech",
    "rehearsal/wire/test_translation": "speech",
    "sockets/test_first_byte": "realtime",
    "support/test_copies": "realtime",
    "system/test_child_process": "realtime",
    "test_package": "programs realtime redis",
    "web/test_https": "realtime",
    "web/test_keepalive": "realtime",
    "web/test_log_secrets": "realtime",
    "web/test_metrics": "redis",
    "webrtc/test_ingest": "realtime",
    "webrtc/test_offer_corpus": "long",
    "webrtc/test_publishers": "node realtime",
    "webrtc/test_steady_publisher": "realtime",
    "booths/test_booth.py": "long",
    "edge/screens/test_screens": "long",
    "edge/programme/test_programme_routes": "long",
    "desk/test_event_life": "long",
    "edge/test_flood": "long",
    "desk/announcements/test_announcements": "long",
    "desk/summary": "long",
    "floor/test_stage_sound": "long",
    "outputs/test_youtube_and_teams": "long",
    "commands/test_models": "long",
    "audio/test_opus.py": "long",
    "webrtc/test_incoming_sound": "long",
    "audio/test_stretch": "long",
    "access/test_oidc_sign_in": "long",
    "rehearsal/words/test_text_models": "long",
    "report/test_scoring": "long",
    "desk/transcript/test_desk_transcripts": "long",
}


def kinds_of(item: pytest.Item) -> set[str]:
    """The kinds of one test: its own markers, its file's, and what it is parametrised with."""
    kinds = {marker.name for marker in item.iter_markers()} & KINDS.keys()
    if "sound" in kinds:
        raise pytest.UsageError(f"{item.nodeid}: only a whole file can be of the kind sound")
    kinds |= _of_file(item.nodeid.removeprefix("tests/").partition("[")[0])
    call = getattr(item, "callspec", None)
    if call is not None and "redis" in call.params.values():
        kinds.add("redis")
    if "redis_server" in getattr(item, "fixturenames", ()) and call is None:
        kinds.add("redis")
    if kinds & WAITING and str(item.path) not in waiting_files():
        raise pytest.UsageError(f"{item.path}: `make test` would not run it, see waiting_files()")
    return kinds


@cache
def _of_file(path: str) -> frozenset[str]:
    found = [kinds for beginning, kinds in OF_FILES.items() if path.startswith(beginning)]
    return frozenset(" ".join(found).split())


def files_of(kind: str) -> list[str]:
    """The files of `OF_FILES` whose tests are of a kind."""
    beginnings = [beginning for beginning, kinds in OF_FILES.items() if kind in kinds.split()]
    return sorted(str(path) for each in beginnings for path in _TESTS.glob(f"{each}*.py"))


@cache
def waiting_files() -> frozenset[str]:
    """The files that may have tests of the kinds in `WAITING`: others need not be collected."""
    beginnings = tuple(
        beginning.partition("::")[0]
        for beginning, kinds in OF_FILES.items()
        if not WAITING.isdisjoint(kinds.split())
    )
    return frozenset(
        str(path)
        for path in _TESTS.rglob("test_*.py")
        if str(path.relative_to(_TESTS)).startswith(beginnings)
        or _MAY_WAIT.search(path.read_text())
    )
