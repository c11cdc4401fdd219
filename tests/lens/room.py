"""A lobby around the camera, in metres: x to the right, y down from the lens, z ahead. A real film plays on its left wall."""

import cv2
import numpy as np

SIDE, FLOOR, CEILING, FRONT, BACK = 2.4, 2.4, -0.6, 3.4, -0.25
PIXELS_PER_M = 240

WALL = (206, 211, 208)
SKIRTING = (118, 128, 124)


def canvas(width_m, height_m, colour):
    size = (round(height_m * PIXELS_PER_M), round(width_m * PIXELS_PER_M), 3)
    return np.full(size, colour, np.uint8)


def rect(picture, x, y, width, height, colour):
    corners = [(x, y), (x + width, y + height)]
    cv2.rectangle(picture, *[tuple(round(n * PIXELS_PER_M) for n in at) for at in corners], colour, -1)


def front():
    picture = canvas(2 * SIDE, FLOOR - CEILING, WALL)
    rect(picture, 0, 2.9, 2 * SIDE, 0.1, SKIRTING)
    rect(picture, 1.65, 0.75, 1.5, 2.25, (66, 78, 74))
    for x in (1.75, 2.43):
        rect(picture, x, 0.85, 0.62, 2.15, (186, 196, 176))
        rect(picture, x + 0.06, 0.95, 0.5, 1.95, (214, 224, 206))
    rect(picture, 2.3, 1.9, 0.03, 0.35, (60, 70, 66))
    rect(picture, 2.47, 1.9, 0.03, 0.35, (60, 70, 66))
    return picture


def side(screen=None):
    """Seen from inside; the left one with a screen."""
    picture = canvas(FRONT - BACK, FLOOR - CEILING, (196, 202, 199))
    rect(picture, 0, 2.9, FRONT - BACK, 0.1, SKIRTING)
    if screen is None:
        for column in range(4):
            for row in range(3):
                rect(picture, 1.1 + column * 0.46, 1.2 + row * 0.36, 0.42, 0.32, (152, 160, 150))
                rect(picture, 1.16 + column * 0.46, 1.28 + row * 0.36, 0.3, 0.04, (92, 104, 98))
        return picture
    width, height = 2.24, 1.26
    rect(picture, 0.76, 0.86, width + 0.08, height + 0.08, (38, 44, 42))
    size = (round(width * PIXELS_PER_M), round(height * PIXELS_PER_M))
    left, top = round(0.8 * PIXELS_PER_M), round(0.9 * PIXELS_PER_M)
    picture[top : top + size[1], left : left + size[0]] = cv2.resize(screen, size, interpolation=cv2.INTER_AREA)
    return picture


def floor():
    picture = canvas(2 * SIDE, FRONT - BACK, (150, 163, 168))
    for x in np.arange(0, 2 * SIDE, 0.6):
        rect(picture, x, 0, 0.012, FRONT - BACK, (124, 137, 141))
    for y in np.arange(0, FRONT - BACK, 0.6):
        rect(picture, 0, y, 2 * SIDE, 0.012, (124, 137, 141))
    rect(picture, 1.65, FRONT - BACK - 0.85, 1.5, 0.75, (70, 82, 74))
    rect(picture, 3.05, 1.15, 0.5, 0.38, (88, 140, 184))
    rect(picture, 3.27, 1.15, 0.06, 0.38, (120, 172, 208))
    return picture


def ceiling():
    picture = canvas(2 * SIDE, FRONT - BACK, (222, 226, 224))
    rect(picture, 1.9, 1.6, 1.0, 0.5, (238, 250, 250))
    return picture


def courier():
    """A person on a plane of their own; the fourth channel is what they cover."""
    picture = np.zeros((round(1.9 * PIXELS_PER_M), round(1.1 * PIXELS_PER_M), 4), np.uint8)

    def part(x, y, width, height, colour):
        rect(picture, x, y, width, height, (*colour, 255))

    part(0.33, 0.98, 0.18, 0.92, (58, 50, 44))
    part(0.59, 0.98, 0.18, 0.92, (58, 50, 44))
    part(0.27, 0.36, 0.56, 0.68, (84, 92, 34))
    centre = (round(0.55 * PIXELS_PER_M), round(0.22 * PIXELS_PER_M))
    cv2.circle(picture, centre, round(0.14 * PIXELS_PER_M), (128, 158, 196, 255), -1)
    part(0.4, 0.04, 0.3, 0.1, (66, 72, 28))
    for x in (0.5, 0.6):
        eye = (round(x * PIXELS_PER_M), round(0.22 * PIXELS_PER_M))
        cv2.circle(picture, eye, round(0.014 * PIXELS_PER_M), (40, 44, 52, 255), -1)
    part(0.2, 0.55, 0.5, 0.38, (92, 142, 186))
    part(0.42, 0.55, 0.06, 0.38, (124, 172, 208))
    return picture


class Room:
    """What is seen along fixed rays; `rays` has the world's direction of each pixel."""

    def __init__(self, rays):
        self.rays = rays.astype(np.float32)
        planes = [
            (0, -SIDE, (2, 1), (BACK, CEILING)),
            (2, FRONT, (0, 1), (-SIDE, CEILING)),
            (0, SIDE, (2, 1), (BACK, CEILING)),
            (1, FLOOR, (0, 2), (-SIDE, BACK)),
            (1, CEILING, (0, 2), (-SIDE, BACK)),
            (2, BACK, (0, 1), (-SIDE, CEILING)),
        ]
        hits = [self.hit(*plane) for plane in planes]
        nearest = np.argmin([away for away, _, _ in hits], axis=0)
        paints = [None, front(), side(), floor(), ceiling(), canvas(2 * SIDE, FLOOR - CEILING, WALL)]
        self.still = np.zeros((*rays.shape[:2], 3), np.uint8)
        for index, ((_, x, y), paint) in enumerate(zip(hits[1:], paints[1:]), start=1):
            here = nearest == index
            self.still[here] = look_up(paint, x, y)[here]
        self.on_screen_wall = (nearest == 0)[..., None]
        self.screen_wall = hits[0][1:]
        self.before_door = self.hit(2, 2.1, (0, 1), (-0.55, FLOOR - 1.9))[1:]

    def hit(self, axis, at, along, origin):
        """How far away the plane is, and where on its picture the ray meets it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            away = at / self.rays[..., axis]
            away = np.where(away > 0, away, np.inf)
            x, y = (
                (self.rays[..., n] * away - start) * PIXELS_PER_M for n, start in zip(along, origin)
            )
        return away, *(np.nan_to_num(n, nan=-1e4, posinf=-1e4, neginf=-1e4) for n in (x, y))

    def picture(self, screen, courier_x):
        """One moment: what the screen shows, and where the courier stands."""
        wall = look_up(side(screen), *self.screen_wall)
        x, y = self.before_door
        person = look_up(courier(), x - courier_x * PIXELS_PER_M, y, cv2.BORDER_CONSTANT)
        cover = person[..., 3:].astype(np.float32) / 255
        return np.where(self.on_screen_wall, wall, self.still) * (1 - cover) + person[..., :3] * cover


def look_up(paint, x, y, border=cv2.BORDER_REPLICATE):
    return cv2.remap(paint, x, y, cv2.INTER_LINEAR, borderMode=border)
