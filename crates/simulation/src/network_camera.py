"""A network camera: GStreamer's RTSP server with one stream, `/film`, which all who watch share.

Usage: network_camera.py PORT PICTURES, where PICTURES is a pipeline in gst-launch form up to `pay0`.
Prints a line once it can be called.
"""

import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import GLib, Gst, GstRtspServer

port, pictures = sys.argv[1:]
Gst.init(None)

film = GstRtspServer.RTSPMediaFactory()
film.set_launch(f"( {pictures} )")
film.set_shared(True)

server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)
server.get_mount_points().add_factory("/film", film)
if not server.attach(None):
    sys.exit(f"port {port} is taken")
print("ready", flush=True)
GLib.MainLoop().run()
