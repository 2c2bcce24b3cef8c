"""The door to live streams: one connection from its opening to its end, and the next one after it.

A source is a plain function of (address, sink, quit). On a live camera the end of a stream is a
fault like any other: it is called again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import count
from threading import Event
from typing import TYPE_CHECKING, Any, Final, Protocol

import av
import av.logging

from vision.containers import reason_of, seconds
from vision.errors import SourceError
from vision.limits import MAX_PIXELS
from vision.live.addresses import (
    OPENS_WITHIN_S,
    READS_WITHIN_S,
    Address,
    open_options,
    without_secrets,
)
from vision.live.backoff import Redial
from vision.live.picture import Picture
from vision.live.pieces import Format, Piece, Wanted

if TYPE_CHECKING:
    from av import Packet, VideoStream
    from av.container import InputContainer

# With these a group of pictures can be decoded and copied by itself, wherever it was cut out.
FILTERS: Final = {
    "h264": "h264_mp4toannexb,dump_extra=freq=keyframe",
    "hevc": "hevc_mp4toannexb,dump_extra=freq=keyframe",
}
SMALLEST_STEP_S: Final = 1e-4
# A stream that is broken for so many pictures on end is worth a new connection.
DAMAGED_IN_A_ROW: Final = 250
CONNECTIONS: Final = count()


class Sink(Protocol):
    """Who takes what a camera sends."""

    def opened(self) -> None:
        """A connection stands."""
        ...

    def take(self, piece: Piece) -> Wanted:
        """Keep a piece, and say what of the stream is to be decoded now; usually little."""
        ...

    def show(self, picture: Picture) -> None:
        """One decoded picture."""
        ...

    def lost(self, reason: str) -> None:
        """The connection ended or never stood; another one will be tried."""
        ...


Source = Callable[[Address, Sink, Event], None]


def keep_reading(address: Address, sink: Sink, quit: Event, redial: Redial | None = None) -> None:
    """Read a camera until ``quit``, calling it again however a connection ends."""
    redial = redial or Redial()
    while not quit.is_set():
        began_s, reason = time.monotonic(), "the stream ended"
        try:
            read_stream(address, sink, quit)
        except SourceError as error:
            reason = str(error)
        if quit.is_set():
            return
        sink.lost(reason)
        if not address.live:
            return
        quit.wait(redial.delay_s(time.monotonic() - began_s))


def read_stream(address: Address, sink: Sink, quit: Event) -> None:
    """Read one connection to its end; SourceError says why it broke or could not be opened."""
    try:
        with opened(address) as container:
            if not container.streams.video:
                raise SourceError(f"{address} sends no video; check the address")
            sink.opened()
            _read(address, container, sink, quit)
    except (av.FFmpegError, ValueError, OSError) as error:
        words = without_secrets(reason_of(error), address)
        raise SourceError(f"{address} broke off ({words})") from error


def opened(address: Address) -> InputContainer:
    place = f"file:{address.url}" if address.kind == "simulated" else address.url
    try:
        return av.open(
            place,
            format="v4l2" if address.kind == "usb" else None,
            options=open_options(address),
            timeout=(OPENS_WITHIN_S, READS_WITHIN_S),
        )
    except (av.FFmpegError, ValueError, OSError) as error:
        words = without_secrets(reason_of(error), address)
        raise SourceError(f"{address} cannot be opened ({words})") from error


def _read(address: Address, container: InputContainer, sink: Sink, quit: Event) -> None:
    stream = container.streams.video[0]
    decoder = Decoder(stream.codec_context.name, stream.codec_context.extradata)
    packets = container.demux(stream)
    if address.kind == "simulated":
        packets = _paced(packets, container, address, quit)
    for piece in pieces_of(packets, stream):
        if quit.is_set():
            return
        for picture in _decoded(decoder, sink.take(piece)):
            sink.show(picture)
        if decoder.damaged_in_a_row > DAMAGED_IN_A_ROW:
            raise SourceError(f"{address} sends nothing that can be decoded")


def _decoded(decoder: Decoder, wanted: Wanted) -> Iterator[Picture]:
    for piece in wanted.pieces:
        yield from decoder.decode(piece)
    if wanted.alone:
        yield from decoder.drain()


def pieces_of(packets: Iterator[Packet[VideoStream]], stream: VideoStream) -> Iterator[Piece]:
    """Every packet in a form that needs nothing from outside its group."""
    name = stream.codec_context.name
    format = Format(name, seconds(stream.time_base), next(CONNECTIONS))
    filters = av.BitStreamFilterContext(FILTERS[name], stream) if name in FILTERS else None
    last_s = 0.0
    for packet in packets:
        if not packet.size or packet.is_corrupt:
            continue
        for ready in filters.filter(packet) if filters else (packet,):
            last_s = max(time.monotonic(), last_s + SMALLEST_STEP_S)
            key = ready.is_keyframe or name == "mjpeg"
            yield Piece(bytes(ready), last_s, key, ready.pts, ready.dts, format)


def _paced(
    packets: Iterator[Packet[VideoStream]],
    container: InputContainer,
    address: Address,
    quit: Event,
) -> Iterator[Packet[VideoStream]]:
    """A file as a camera: at its own pace, over and over, with the faults asked for."""
    told = address.simulation
    began_s, behind_s, stalled = time.monotonic(), 0.0, False
    while True:
        at_s = 0.0
        for packet in packets:
            if packet.dts is None:
                continue
            at_s = float(packet.dts * seconds(packet.time_base)) / told["speed"]
            quit.wait(max(began_s + behind_s + at_s - time.monotonic(), 0.0))
            passed_s = time.monotonic() - began_s
            if quit.is_set() or 0 < told["ends_after_s"] <= passed_s:
                return
            if not stalled and 0 < told["stalls_after_s"] <= passed_s:
                stalled = True
                quit.wait(told["stalls_for_s"])
            yield packet
        if not told["loop"]:
            return
        behind_s += at_s + 0.04
        container.seek(0)
        packets = container.demux(container.streams.video[0])


class Decoder:
    """Decodes pieces; a jump to another key is noticed and begins anew.

    ``damaged_in_a_row`` counts pieces since one could last be decoded.
    """

    def __init__(self, codec: str, extradata: bytes | None = None) -> None:
        self._codec: Any = av.CodecContext.create(codec, "r")
        # One thread: measured 10-25 % less CPU a frame, and cameras run side by side.
        self._codec.thread_count = 1
        self._codec.copy_opaque = True
        self._codec.options = {"skip_loop_filter": "all", "max_pixels": str(MAX_PIXELS)}
        if extradata and codec not in FILTERS:
            self._codec.extradata = extradata
        self.damaged_in_a_row = 0
        self._time_s = 0.0

    def decode(self, piece: Piece) -> Iterator[Picture]:
        """The pictures that come out, each with the time its own piece came in."""
        packet: Any = av.Packet(piece.data)
        packet.pts, packet.dts, packet.opaque = piece.pts, piece.dts, piece.time_s
        packet.time_base = Fraction(piece.format.unit_s)
        self._time_s = piece.time_s
        self.damaged_in_a_row += 1
        try:
            frames = self._codec.decode(packet)
        except av.FFmpegError:
            return
        for frame in frames:
            self.damaged_in_a_row = 0
            yield Picture(frame, self._time(frame))

    def drain(self) -> Iterator[Picture]:
        """What the decoder still holds back; it then waits for a key."""
        try:
            frames = self._codec.decode(None)
        except av.FFmpegError:
            frames = []
        self._codec.flush_buffers()
        for frame in frames:
            self.damaged_in_a_row = 0
            yield Picture(frame, self._time(frame))

    def _time(self, frame: Any) -> float:
        """When its piece came in; what was concealed has the time of the piece after it."""
        time_s = frame.opaque
        return time_s if isinstance(time_s, float) else self._time_s
