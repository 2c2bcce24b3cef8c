"""A camera on loopback: GStreamer's RTSP server, run by Debian's own Python.

    /usr/bin/python3 tests/rtsp/camera.py PORT [key=value ...]

Prints READY once it listens. Mounts /h264 and /h265, a test picture with noise and a moving ball.
"""

import sys

FORMATS = {
    "h264": "x264enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} bitrate=800"
    " ! video/x-h264,profile=baseline ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1",
    "h265": "x265enc tune=zerolatency speed-preset=ultrafast key-int-max={gop} bitrate=800"
    " ! h265parse ! rtph265pay name=pay0 pt=96 config-interval=-1",
}
SOURCE = (
    "videotestsrc is-live=true pattern=ball"
    " ! video/x-raw,width={width},height={height},framerate={fps}/1 ! videoconvert ! "
)


def main() -> None:
    """Serve until killed."""
    import gi  # type: ignore[import-not-found]  # Debian's, for its own Python

    gi.require_version("GstRtspServer", "1.0")
    from gi.repository import GLib, Gst, GstRtspServer  # type: ignore[import-not-found]

    port, told = sys.argv[1], dict(one.split("=") for one in sys.argv[2:])
    wanted = {"width": "640", "height": "360", "fps": "15", "gop": "30"} | told
    Gst.init(None)
    server = GstRtspServer.RTSPServer()
    server.set_address("127.0.0.1")
    server.set_service(port)
    for name, coding in FORMATS.items():
        factory = GstRtspServer.RTSPMediaFactory()
        factory.set_launch("( " + (SOURCE + coding).format(**wanted) + " )")
        factory.set_shared(True)
        server.get_mount_points().add_factory(f"/{name}", factory)
    if not server.attach(None):
        raise SystemExit(f"port {port} cannot be had")
    print("READY", flush=True)  # noqa: T201  # whoever started it waits for this
    GLib.MainLoop().run()


if __name__ == "__main__":
    main()
