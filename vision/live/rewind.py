"""The door to the past: pictures and clips out of the pieces a ring has kept."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av

from vision.alert import MAX_EVIDENCE_BYTES
from vision.clipping import MP4_OPTIONS, PLAYABLE, encode_clip
from vision.frames import Frame
from vision.live.picture import Picture
from vision.live.pieces import Piece, evenly_timed
from vision.live.stream import Decoder

PROBE: Final = {"probesize": "1000000"}


def decoded(pieces: Sequence[Piece]) -> Iterator[Picture]:
    """Every picture that the pieces show, those of one connection after the other."""
    decoder, format = None, None
    for piece in pieces:
        if piece.format is not format:
            if decoder:
                yield from decoder.drain()
            decoder, format = Decoder(piece.format.codec), piece.format
        assert decoder is not None
        yield from decoder.decode(piece)
    if decoder:
        yield from decoder.drain()


def pictures_at(pieces: Sequence[Piece], times_s: Sequence[float]) -> list[Frame]:
    """For each time, rising, the first picture at or after it; the last one for what is later."""
    waiting, found, last = list(times_s), list[Frame](), None
    for last in decoded(pieces):
        while waiting and waiting[0] <= last.time_s:
            found.append(last.frame())
            waiting.pop(0)
        if not waiting:
            break
    return found + ([last.frame()] * len(waiting) if last and waiting else [])


def write_pieces(pieces: Sequence[Piece], target: Path) -> None:
    """Write the pieces as MP4 for a browser: copied where that plays, else encoded anew.

    SourceError when they show nothing; OSError when ``target`` cannot be written.
    """
    own = _of_one_connection(pieces)
    if own and own[0].format.codec == "h264" and _copied(own, target):
        return
    encode_clip("the camera", _of_one_size(decoded(own)), target)


def _of_one_connection(pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces of the connection that has most of them: a clip shows one."""
    connections = Counter(piece.format for piece in pieces)
    longest = max(connections, key=connections.__getitem__, default=None)
    return [piece for piece in pieces if piece.format == longest]


def _of_one_size(pictures: Iterator[Picture]) -> Iterator[Frame]:
    """Until the camera's picture changes its size: a clip has one."""
    size = None
    for picture in pictures:
        frame = picture.frame()
        size = size or (frame.width, frame.height)
        if (frame.width, frame.height) != size:
            return
        yield frame


def _copied(pieces: Sequence[Piece], target: Path) -> bool:
    """Copy packets; False when they would not play in a browser or weigh too much."""
    head = io.BytesIO(b"".join(piece.data for piece in pieces))
    try:
        with av.open(head, format="h264", options=dict(PROBE)) as template:
            stream = template.streams.video[0]
            if stream.codec_context.pix_fmt not in PLAYABLE:
                return False
            _mux(pieces, stream, target)
    except (av.error.InvalidDataError, av.error.ArgumentError, IndexError):
        return False
    return target.stat().st_size <= MAX_EVIDENCE_BYTES


def _mux(pieces: Sequence[Piece], template: Any, target: Path) -> None:
    unit_s: Fraction = pieces[0].format.unit_s
    with av.open(str(target), "w", format="mp4", options=dict(MP4_OPTIONS)) as sink:
        stream = sink.add_stream_from_template(template)
        for piece, (pts, dts) in zip(pieces, evenly_timed(pieces), strict=True):
            packet: Any = av.Packet(piece.data)
            packet.pts, packet.dts, packet.time_base = pts, dts, unit_s
            packet.is_keyframe, packet.stream = piece.key, stream
            sink.mux(packet)
