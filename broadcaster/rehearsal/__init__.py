"""A local server that speaks the Realtime protocol over offline speech engines, and can misbehave.

It runs in a process of its own and shares no logic with the client it stands in for. Time is real:
its clients run on their own clocks. What must happen at a certain word is counted in received
sound instead.

    equipment       the engines of this machine, and what can be expected of them
    serving         the process, until a signal ends it
    server          the web application: health, control, and a session per WebSocket
    sessions/       the sessions of the three endpoints, from the handshake to the end
    models/         the folder of models: what it holds, and how a model comes into it
    speaking/       speech in the target language
    spelling/       Chinese and Japanese text as sounds, for the natural voice
    words/          translation of free speech, by models and programs of this machine
    whisper/        recognition of free speech in many languages, and its translation into English
    hearing/        speech recognition, once for all sessions that receive the same sound
    faults/         what can go wrong, in which sessions, and the API that plans it
    wire/           the events of each endpoint, checked and built without input or output
    talk/           the prepared talk, its translations, its recording and its rendered voices
    weights         the weights of models that packages carry
    worker_process  the processes in which the engines run

Imports point down this list.
"""
