"""A local server that speaks the Realtime translation protocol over offline speech engines.

It runs in a process of its own and shares no logic with the client it stands in for.

    server    HTTP and the handshake: keys, models, refusals
    session   one WebSocket: reads events, paces output, drains and closes
    protocol  the events themselves, checked and built without input or output
    listening which sessions hear the same sound, and one recogniser for each such sound
    engines   children of this process that recognise and speak
    talk      the prepared talk and its translations
"""
