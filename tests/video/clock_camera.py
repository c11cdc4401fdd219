"""A network camera whose pictures tell when they were taken.

Usage: clock_camera.py PORT WIDTH HEIGHT FPS

Serves `/film` over RTSP, H.264, and prints a line once it can be called. Along the bottom of each picture run 44
squares, 24 pixels wide and high: black, white, black, white, and then the time at which the picture was made, in unix
milliseconds modulo 2^40, its highest bit first, white for one.
"""

import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

PICTURES = (
    "( videotestsrc is-live=true pattern=ball ! video/x-raw,format=I420,width={width},height={height},framerate={fps}/1 "
    "! simplevideomark name=clock pattern-width=24 pattern-height=24 pattern-data-count=40 "
    "! x264enc tune=zerolatency speed-preset=ultrafast option-string=scenecut=0 key-int-max={fps} bitrate=3000 "
    "! video/x-h264,profile=constrained-baseline "
    "! rtph264pay name=pay0 pt=96 config-interval=-1 )"
)


def stamp(pad, _info):
    """Puts the time on the picture that is about to be marked."""
    now = time.time_ns() // 1_000_000 % (1 << 40)
    pad.get_parent_element().set_property("pattern-data", now)
    return Gst.PadProbeReturn.OK


def configure(_factory, media):
    clock = media.get_element().get_by_name("clock")
    clock.get_static_pad("sink").add_probe(Gst.PadProbeType.BUFFER, stamp)


port, width, height, fps = sys.argv[1:]
Gst.init(None)

film = GstRtspServer.RTSPMediaFactory()
film.set_launch(PICTURES.format(width=width, height=height, fps=fps))
film.set_shared(True)
film.connect("media-configure", configure)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.get_mount_points().add_factory("/film", film)
if not server.attach(None):
    sys.exit(f"port {port} is taken")
print("ready", flush=True)
GLib.MainLoop().run()
