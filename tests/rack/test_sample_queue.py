"""The queue of samples."""

import numpy as np

from broadcaster.rack.sample_queue import SampleQueue


def test_samples_come_in_order_and_the_oldest_are_dropped() -> None:
    queue = SampleQueue(100)
    for number in range(50):
        queue.append(np.full(7, number, dtype=np.float32))
        assert queue.view()[-1] == number
        if number % 3 == 0:
            queue.drop(5)
        assert len(queue) <= 100
    assert list(queue.view()) == sorted(queue.view())
    queue.append(np.arange(1_000, dtype=np.float32))
    assert list(queue.view()) == list(range(900, 1_000))
    queue.drop(1_000)
    assert len(queue) == 0
    queue.append(np.ones(3, dtype=np.float32))
    queue.clear()
    assert len(queue) == 0
