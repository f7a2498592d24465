"""A load test: thousands of listeners from one process, to try a server before its event.

    page/        the same with the whole attendee page, not the sound alone
    command      what `broadcaster loadtest` prints
    measure      one test from its plan to its report
    report       what a test found, for people and programs
    crowd        many connections in one epoll loop
    transports/  a listener by WebSocket or HTTP, and a crowd by WebRTC
    plan         how many listeners when, and what the test itself took
    results      what is measured at each listener
    target       the server under test

Imports point down this list. Clocks are real, because the sockets that are measured are.
"""
