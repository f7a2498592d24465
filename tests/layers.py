"""The import rules: which package may import which, and which package owns which library.

A row lists exactly what a package uses, so a new import is a decision, not an accident.
"""

MAY_IMPORT = {  # package -> packages (their own modules, not their subpackages) and single modules
    # What everything stands on: imports nothing of ours, or next to nothing.
    "auth": "",
    "config": "setting_types",
    "errors": "",
    "log": "",
    "os_errors": "errors",
    "setting_types": "",
    "sockets": "",
    "stage_keys": "auth",
    "system": "",
    "writing": "",
    # The model: what things are, and the ports the stages depend on.
    "model": "errors model.check model.consoles model.failover model.inputs",
    "model.failover": "model.consoles",
    "model.relay": "errors model",
    "model.records": "errors model system",
    "model.announcements": "errors model model.records",
    "model.check": "errors model model.records",
    "model.conference": "errors model",
    "model.screens": "model.records",
    "model.inputs": "errors model model.records",
    "model.outputs": "errors model.records",
    "model.recording": "errors model model.records",
    "model.review": "errors model model.records",
    "model.jobs": "model model.records system",
    "model.spending": "errors model model.records",
    "model.transcripts": "errors model model.records",
    "model.consoles": "model model.records",
    "access": "auth errors model system",
    # Computed from what was stored of an event: its files for readers, and its report.
    "transcripts": "model model.transcripts writing",
    "report": "errors model report.quality writing",
    "report.quality": "errors model report writing",
    "report.files": "model report report.quality",
    # Libraries: one technology each, for the stages.
    "audio": "audio.input errors model",
    "audio.input": "audio errors",
    "audio.ogg": "audio model",
    "audio.joined": "audio audio.ogg model",
    "audio.microphone": "audio model model.check",
    "audio.output": "errors",
    "audio.publishing": "audio model",
    "audio.full_band": "audio model",
    "audio.stereo": "audio model model.inputs",
    "bus": "bus.redis bus.retained errors model system",
    "bus.redis": (
        "bus.retained bus.store_health bus.stream_ids bus.subscription bus.watching errors model "
        "system"
    ),
    "bus.retained": "model",
    "realtime": "errors",
    "realtime.protocol": "audio errors realtime",
    "realtime.providers": "realtime realtime.protocol",
    "realtime.socket": "errors realtime realtime.protocol",
    "oidc": "errors model setting_types",
    "web": (
        "access auth errors log model model.announcements model.check model.conference "
        "model.inputs model.outputs model.recording model.relay model.review model.transcripts "
        "sockets web.access web.pages"
    ),
    "web.access": "access auth model web",
    "web.pages": "",
    "webrtc": "audio audio.stereo errors model system",
    "webrtc.clients": "audio errors model system webrtc",
    "webrtc.whip": "access errors web webrtc",
    "webrtc.egress": "errors model system webrtc",
    # Stages, in the order of the flow: they meet on `model.ports`, never each other or the bus.
    "floor": (
        "access audio audio.microphone audio.publishing audio.stereo auth errors "
        "floor.microphones log model model.check model.consoles model.inputs model.records "
        "stage_keys system web webrtc webrtc.whip"
    ),
    "floor.microphones": "audio audio.stereo errors model model.inputs system webrtc",
    "consoles": "access errors model model.announcements model.consoles system web",
    "consoles.sound": (
        "access audio.publishing consoles log model model.consoles model.records system web "
        "webrtc webrtc.whip"
    ),
    "booths": (
        "audio booths.announcements booths.demand booths.engines booths.floor booths.human "
        "booths.playout booths.relay booths.sessions booths.text booths.timing errors log model "
        "model.check model.consoles model.records model.relay model.review model.spending "
        "realtime system writing"
    ),
    "booths.relay": "audio booths.floor model system",
    "booths.engines": (
        "audio model realtime realtime.protocol realtime.providers realtime.socket writing"
    ),
    "booths.announcements": (
        "booths.demand booths.engines booths.playout errors model model.announcements "
        "model.records model.spending realtime realtime.protocol realtime.providers "
        "realtime.socket system"
    ),
    "booths.human": (
        "booths booths.demand booths.engines booths.floor booths.playout booths.sessions "
        "booths.text booths.timing model model.consoles realtime system"
    ),
    "booths.floor": "audio errors model system",
    "booths.playout": "audio audio.full_band audio.publishing booths.floor model",
    "booths.sessions": (
        "booths.engines booths.floor booths.repeats booths.text booths.timing errors model "
        "model.consoles realtime system writing"
    ),
    "booths.repeats": "booths.engines booths.floor model writing",
    "booths.demand": (
        "model model.consoles model.relay model.spending realtime realtime.providers.prices system"
    ),
    "booths.text": "booths.timing model model.inputs model.review writing",
    "booths.timing": "audio booths.floor model writing",
    "edge": (
        "edge.fanout edge.rooms edge.transcript edge.websocket errors model model.announcements "
        "web web.pages"
    ),
    "edge.fanout": "errors model sockets system",
    "edge.caption_socket": "edge.fanout edge.rooms model system web",
    "edge.http": "audio edge.fanout edge.rooms errors model sockets web",
    "edge.programme": "model model.conference web web.pages",
    "edge.rooms": (
        "auth edge.fanout errors model model.announcements model.conference model.inputs "
        "model.screens model.transcripts sockets system web web.access"
    ),
    "edge.screens": ("edge.rooms model model.consoles model.screens system web"),
    "edge.transcript": (
        "edge.fanout edge.rooms errors model model.transcripts transcripts web writing"
    ),
    "edge.websocket": "edge.fanout edge.rooms model sockets system web",
    "edge.whep": ("edge.fanout edge.rooms errors model system web web.access webrtc webrtc.egress"),
    "desk": (
        "access auth desk.alarms desk.journal errors model model.announcements model.check "
        "model.conference model.consoles model.failover model.inputs model.outputs "
        "model.recording model.records model.relay model.transcripts stage_keys system web "
        "web.access"
    ),
    "desk.handover": "errors model model.outputs model.records system",
    "desk.outputs": (
        "desk desk.handover desk.journal errors model model.inputs model.outputs model.records "
        "stage_keys "
        "system web"
    ),
    "desk.access": "access auth desk desk.journal errors model oidc web web.access",
    "desk.conferences": "desk desk.journal errors model model.conference system web",
    "desk.comparison": (
        "audio desk desk.check desk.journal desk.rehearsal desk.report errors model model.check "
        "model.failover model.spending rehearsal.talk report report.quality system web "
        "webrtc.clients"
    ),
    "desk.consoles": "desk desk.journal errors model model.consoles web",
    "desk.inputs": (
        "audio.input desk desk.journal errors model model.inputs model.jobs model.records "
        "stage_keys system "
        "web"
    ),
    "desk.alarms": "desk.board desk.journal errors model system",
    "desk.announcements": ("desk desk.journal errors model model.announcements model.records web"),
    "desk.check": "desk desk.alarms desk.journal errors model model.check model.records system web",
    "desk.journal": "errors model model.records",
    "desk.summary": (
        "desk desk.handover desk.transcript errors model model.transcripts system transcripts web"
    ),
    "desk.transcript": "desk errors model model.transcripts transcripts web",
    "desk.screens": "desk desk.journal errors model model.records model.screens web",
    "desk.recordings": (
        "audio.joined audio.ogg desk desk.alarms desk.journal desk.transcript errors model "
        "model.recording model.records model.transcripts system transcripts web"
    ),
    "desk.rehearsal": (
        "audio desk desk.check desk.journal errors model model.check model.failover rehearsal.talk "
        "system web webrtc.clients"
    ),
    "desk.report": "desk desk.transcript model report report.files system web",
    "desk.review": (
        "access desk desk.journal errors model model.records model.review system web writing"
    ),
    "desk.programme": ("desk desk.conferences desk.journal errors model model.conference web"),
    "outputs": "errors model model.jobs model.outputs outputs.wires system",
    "archive": "archive.upload audio.ogg errors model model.recording model.records system",
    "archive.upload": "errors model model.recording model.records system",
    "outputs.wires": "model model.outputs",
    # Stand-in and test crowd: programs of their own, which share as little as they can.
    "rehearsal": (
        "rehearsal.faults rehearsal.hearing rehearsal.sessions rehearsal.speaking "
        "rehearsal.spelling.spellers rehearsal.talk rehearsal.whisper.model_files "
        "rehearsal.wire.constants rehearsal.wire.validation rehearsal.words system"
    ),
    "rehearsal.models": (
        "errors rehearsal.whisper.model_files rehearsal.words rehearsal.worker_process"
    ),
    "rehearsal.words": "rehearsal.worker_process",
    "rehearsal.whisper": (
        "rehearsal.hearing.recognition rehearsal.hearing.script "
        "rehearsal.hearing.sentence_match rehearsal.hearing.talk_parts rehearsal.resample "
        "rehearsal.talk rehearsal.weights rehearsal.wire.constants"
    ),
    "rehearsal.sessions": (
        "rehearsal.faults.catalogue rehearsal.faults.connection rehearsal.hearing.recognition "
        "rehearsal.hearing.recordings rehearsal.hearing.shared_streams rehearsal.hearing.stream "
        "rehearsal.speaking.interpreter rehearsal.wire rehearsal.words.abilities "
        "rehearsal.worker_process writing"
    ),
    "rehearsal.speaking": (
        "rehearsal.faults.plan rehearsal.hearing.recognition rehearsal.resample "
        "rehearsal.spelling.numerals rehearsal.spelling.spellers rehearsal.talk rehearsal.weights "
        "rehearsal.wire.constants rehearsal.words.free_translation rehearsal.worker_process "
        "writing.words"
    ),
    "rehearsal.spelling": "writing.words",
    "rehearsal.hearing": (
        "rehearsal.resample rehearsal.talk rehearsal.wire.constants rehearsal.worker_process"
    ),
    "rehearsal.faults": "rehearsal.wire.validation",
    "rehearsal.wire": "",
    "rehearsal.talk": "",
    "loadtest": "errors loadtest.transports model system.open_files",
    "loadtest.transports": (
        "errors loadtest.plan loadtest.results loadtest.target model.audio system.tasks "
        "webrtc.clients"
    ),
    "loadtest.page": "errors loadtest loadtest.transports model system.open_files",
    # A program of a computer in the rack; it meets a server as an attendee does.
    "av": "",
    "av.receiving": "errors",
    "av.sending": "",
    "rack": "audio audio.output av.sending errors model system webrtc.clients",
    # Composition.
    "__main__": "commands system",
    "app": "*",
    "parts": "*",
    "serving": "*",
    "commands": "*",
    "commands.publishing": (
        "audio audio.input audio.stereo av.receiving commands errors log model system "
        "webrtc.clients"
    ),
    "commands.playing": (
        "audio.output av.sending commands.publish_progress commands.running commands.sound_options "
        "errors log rack system"
    ),
    "commands.events": (
        "access auth commands.links commands.settings config errors model model.consoles "
        "model.inputs sockets"
    ),
    "commands.local": (
        "commands errors log rehearsal rehearsal.models rehearsal.sessions rehearsal.talk "
        "rehearsal.words report.quality.texts"
    ),
    "commands.report": (
        "auth booths commands commands.events config errors log model rehearsal.talk report "
        "report.files report.quality serving system"
    ),
    "from_settings": "*",
    "provider_settings": (
        "booths.demand booths.engines config desk errors model realtime realtime.providers "
        "realtime.socket.told_languages setting_types"
    ),
}
OWNERS = {  # library -> the only packages that may import it
    "aiortc": {"webrtc"},
    "aioice": {"webrtc"},
    "OpenSSL": {"webrtc"},
    "pylibsrtp": {"webrtc"},
    "av": {"audio", "rehearsal"},  # the rehearsal server shares no code with what it stands in for
    "boto3": {"archive"},
    "botocore": {"archive"},
    "redis": {"bus"},
    "aiosqlite": {"bus"},
    "sqlite3": {"bus"},
    "ctranslate2": {"rehearsal"},
    "faster_whisper": {"rehearsal"},
    "onnxruntime": {"rehearsal"},
    "pocketsphinx": {"rehearsal"},
    "espeakng_loader": {"rehearsal"},
    "fugashi": {"rehearsal"},
    "ipadic": {"rehearsal"},
    "pypinyin": {"rehearsal"},
    "sentencepiece": {"rehearsal"},
    "icu4py": {"writing"},
    "budoux": {"writing"},
    "icalendar": {"desk"},
    "joserfc": {"oidc"},
    "docx": {"transcripts"},
    "omnisteval": {"report"},
    "openai": set(),
    "pygal": {"report"},
    "sacrebleu": {"report"},
    "text_to_num": {"report"},
    "prometheus_client": {"web"},
    "brotli": {"loadtest", "web"},
    "sounddevice": {"rack"},
    "tree_sitter": {"web"},
    "tree_sitter_javascript": {"web"},
}
