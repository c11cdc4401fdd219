"""White discs in black rings at known directions, and where an ideal camera shows them."""

import cv2
import numpy as np

DISC_DEG = 1.3
RING_DEG = 3.2

SETTINGS = [
    {"panDeg": 0, "tiltDeg": -35, "zoom": 1.0},
    {"panDeg": 35, "tiltDeg": -30, "zoom": 1.5},
    {"panDeg": -38, "tiltDeg": -45, "zoom": 1.3},
    {"panDeg": 12, "tiltDeg": -72, "zoom": 1.7},
    {"panDeg": -22, "tiltDeg": -8, "zoom": 2.0},
]


def grid():
    """Directions in the world's frame (x to the right, y down, z ahead), ten degrees or more apart, around the lens's axis."""
    found = []
    for pan in np.radians(np.arange(-80, 81, 10)):
        step = 10 / np.cos(pan)
        for tilt in np.radians(np.arange(-35 - step * (75 // step), 41, step)):
            found.append([np.sin(pan), -np.sin(tilt) * np.cos(pan), np.cos(tilt) * np.cos(pan)])
    return np.array(found)


def paint(picture, rays, pixel_deg):
    """Paints the marks, each pixel mixed by how much of it they cover."""
    for centre in grid():
        angle = np.degrees(np.arccos(np.clip(rays @ centre, -1, 1)))
        for radius, level in ((RING_DEG, 12), (DISC_DEG, 243)):
            cover = np.clip((radius - angle) / pixel_deg + 0.5, 0, 1)[..., None]
            picture = picture * (1 - cover) + level * cover
    return picture


def ideal(setting):
    """The middles of the discs and the reach of their rings as a pinhole camera sees them: 1 is half its longer side."""
    shown = []
    for centre in grid():
        disc, ring = (project(outline(centre, deg), setting) for deg in (DISC_DEG, RING_DEG))
        if disc is None or ring is None:
            continue
        moments = cv2.moments(disc.astype(np.float32))
        middle = np.array([moments["m10"], moments["m01"]]) / moments["m00"]
        reach = np.hypot(*(ring - middle).T).min()
        if np.abs(middle).max() + reach < 1:
            x, y, reach = (round(float(value), 6) for value in (*middle, reach))
            shown.append({"x": x, "y": y, "reach": reach})
    return shown


def outline(centre, radius_deg):
    """The edge of a disc: a cone of directions."""
    side = np.cross(centre, [0.31, 0.52, -0.79])
    side /= np.linalg.norm(side)
    turns = np.linspace(0, 2 * np.pi, 720, endpoint=False)[:, None]
    radius = np.radians(radius_deg)
    around = np.cos(turns) * side + np.sin(turns) * np.cross(centre, side)
    return np.cos(radius) * centre + np.sin(radius) * around


def project(rays, setting):
    """By OpenCV's pinhole camera; None where any of it lies behind the camera."""
    pan, tilt = (cv2.Rodrigues(np.radians(axis))[0] for axis in (
        np.array([0.0, setting["panDeg"], 0.0]),
        np.array([setting["tiltDeg"], 0.0, 0.0]),
    ))
    world_to_camera = (pan @ tilt).T
    if ((rays @ world_to_camera.T)[:, 2] < 0.1).any():
        return None
    zoom = float(setting["zoom"])
    matrix = np.diag([zoom, zoom, 1.0])
    rotation = cv2.Rodrigues(world_to_camera)[0]
    return cv2.projectPoints(rays, rotation, np.zeros(3), matrix, None)[0].reshape(-1, 2)
