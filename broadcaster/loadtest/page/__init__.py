"""A load test with the whole attendee page: what a hall does that scans a code at the same moment.

    command    what `broadcaster loadtest --page` prints
    measure    one test, from its plan to its report
    report     what the test found, and what limits the server
    processes  the crowd and the steady listeners, each in processes of their own
    server     the load of a server on this machine, from /proc
    crowd      the phones of one process in one epoll loop
    phone      one phone: its requests in the order of a browser, a tap, the first sound
    exchange   one connection that asks one thing after the other
    scripts    what a page loads later
    document   what stands in the page
    results    what is measured at each phone

Imports point down this list.
"""
