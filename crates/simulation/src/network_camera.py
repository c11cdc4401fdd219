"""A network camera: GStreamer's RTSP server with one stream, `/film`, which all who watch share.

Usage: network_camera.py PORT PICTURES, where PICTURES is a pipeline in gst-launch form up to `pay0`.
An element called `clock` there is a simplevideomark, and is told the time of each picture: Unix milliseconds modulo 2^40.
Prints a line once it can be called.
"""

import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer


def wind_clock(_factory, media):
    clock = media.get_element().get_by_name("clock")
    if clock is not None:
        clock.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, stamp)


def stamp(pad, _info):
    """Puts the time on the picture that is about to be marked."""
    now = time.time_ns() // 1_000_000 % (1 << 40)
    pad.get_parent_element().set_property("pattern-data", now)
    return Gst.PadProbeReturn.OK


port, pictures = sys.argv[1:]
Gst.init(None)

film = GstRtspServer.RTSPMediaFactory()
film.set_launch(f"( {pictures} )")
film.set_shared(True)
film.connect("media-configure", wind_clock)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.get_mount_points().add_factory("/film", film)
if not server.attach(None):
    sys.exit(f"port {port} is taken")
print("ready", flush=True)
GLib.MainLoop().run()
