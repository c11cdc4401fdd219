"""The known lens, written once more and apart from the app: OpenCV's fisheye model, inverted by a table."""

import cv2
import numpy as np

WIDTH, HEIGHT = 1920, 1440
FX, FY, CX, CY = 452.0, 449.0, 968.3, 713.8
K = (-0.021, 0.0062, -0.0043, 0.0007)
TILT_DEG = 35.0
MAX_THETA_DEG = 95.0

LENS = {
    "width": WIDTH,
    "height": HEIGHT,
    "fx": FX,
    "fy": FY,
    "cx": CX,
    "cy": CY,
    "k": list(K),
    "mount": "wall",
    "tiltDeg": TILT_DEG,
    "maxThetaDeg": MAX_THETA_DEG,
}


def distort(theta):
    return theta * (1 + K[0] * theta**2 + K[1] * theta**4 + K[2] * theta**6 + K[3] * theta**8)


def directions(width, height):
    """The world's direction at each pixel of a picture of this size, and whether the lens sees there."""
    scale = WIDTH / width
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    a = ((x + 0.5) * scale - 0.5 - CX) / FX
    b = ((y + 0.5) * scale - 0.5 - CY) / FY
    distorted = np.hypot(a, b)
    table = np.radians(np.linspace(0, MAX_THETA_DEG, 20_001))
    theta = np.interp(distorted, distort(table), table)
    reach = np.sin(theta) / np.maximum(distorted, 1e-12)
    rays = np.stack([a * reach, b * reach, np.cos(theta)], axis=-1)
    return rays @ lens_to_world().T, distorted <= distort(table[-1])


def lens_to_world():
    """Turned down about the axis to the right; y is down."""
    return cv2.Rodrigues(np.array([-np.radians(TILT_DEG), 0.0, 0.0]))[0]


def check_against_opencv():
    """Up to 80 degrees, where OpenCV's own projection holds, the two agree."""
    picture, seen = directions(WIDTH // 8, HEIGHT // 8)
    rays = picture @ lens_to_world()
    near = seen & (rays[..., 2] > np.cos(np.radians(80)))
    points = rays[near].reshape(-1, 1, 3)
    matrix = np.array([[FX, 0, CX], [0, FY, CY], [0, 0, 1]])
    projected = cv2.fisheye.projectPoints(points, np.zeros(3), np.zeros(3), matrix, np.array(K))[0]
    rows, columns = np.nonzero(near)
    wanted = np.stack([(columns + 0.5) * 8 - 0.5, (rows + 0.5) * 8 - 0.5], axis=-1)
    error = np.abs(projected.reshape(-1, 2) - wanted).max()
    if error > 1e-3:
        raise SystemExit(f"the lens differs from OpenCV's by {error} pixels")
