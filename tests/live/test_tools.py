"""Each thread has a detector of its own, and no two begin at the same time."""

import threading

from vision.detections import Detections
from vision.frames import Frame
from vision.live.tools import PerThread


class Noting:
    """Notes who is inside while another is."""

    inside = 0
    most = 0
    made = 0

    def __init__(self) -> None:
        Noting.made += 1

    def detect(self, frame: Frame) -> Detections:
        Noting.inside += 1
        Noting.most = max(Noting.most, Noting.inside)
        threading.Event().wait(0.02)
        Noting.inside -= 1
        return Detections.empty()


def test_the_first_inference_of_each_thread_is_made_alone() -> None:
    detector, ready = PerThread(Noting), threading.Barrier(4)

    def begin() -> None:
        ready.wait()
        detector._mine()

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Noting.made == 4 and Noting.most == 1
