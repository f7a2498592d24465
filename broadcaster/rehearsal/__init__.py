"""A local server that speaks the Realtime protocol over offline speech engines, and can misbehave.

It runs in a process of its own and shares no logic with the client it stands in for.

    server        HTTP: who is let in (handshake), and a session for every WebSocket
    session       what the three kinds of session have in common; line is their connection
    translation   continuous: sound in, another language out
    conversation  recordings in, responses out; segments understands pieces cut anywhere
    transcription sound in, the text of committed items out
    *_protocol    the events of each, checked and built without input or output (shapes, events)
    faults        what can go wrong; striking decides whom it strikes, control plans it over HTTP
    listening     which sessions hear the same sound, and one recogniser for each such sound
    *_worker      children of this process that recognise and speak
    talk          the prepared talk and its translations
"""
