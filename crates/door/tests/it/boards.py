"""Renders chessboards as a known fisheye sees them: the ground truth of a calibration.

Usage: boards.py FOLDER COUNT WIDTH HEIGHT FX FY CX CY K1 K2 K3 K4. The board has 9 by 6 inner corners; each is seen from
elsewhere, the same each time.
"""

import sys

import cv2
import numpy as np

COLUMNS, ROWS = 9, 6
# Each pixel is the mean of so many by so many rays.
RAYS = 3

folder, count, width, height = sys.argv[1], *map(int, sys.argv[2:5])
fx, fy, cx, cy, *k = map(float, sys.argv[5:])
matrix = np.array([[fx, 0, cx], [0, fy, cy], [0, 0, 1]])

offsets = (np.arange(RAYS) + 0.5) / RAYS - 0.5
x = (np.arange(width)[:, None] + offsets).reshape(-1)
y = (np.arange(height)[:, None] + offsets).reshape(-1)
pixels = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
radius = np.hypot((pixels[:, 0] - cx) / fx, (pixels[:, 1] - cy) / fy)

# Inverts the model by looking it up, which holds beyond 90 degrees too.
theta = np.linspace(0, np.pi / 2 * 1.2, 200_000)
theta_d = theta * (1 + sum(number * theta ** (2 * n + 2) for n, number in enumerate(k)))
angle = np.interp(radius, theta_d, theta)
phi = np.arctan2((pixels[:, 1] - cy) / fy, (pixels[:, 0] - cx) / fx)
rays = np.stack(
    [np.sin(angle) * np.cos(phi), np.sin(angle) * np.sin(phi), np.cos(angle)], axis=-1
)

dice = np.random.default_rng(7)
for number in range(count):
    # Where the board's middle is seen, near the picture's edges too, and how it is held.
    away, around = np.radians(62) * np.sqrt((number + 0.5) / count), 2.4 * number
    middle = 7.5 * np.array(
        [np.sin(away) * np.cos(around), np.sin(away) * np.sin(around), np.cos(away)]
    )
    facing, _ = cv2.Rodrigues(away * np.array([-np.sin(around), np.cos(around), 0]))
    held, _ = cv2.Rodrigues(dice.uniform(-0.35, 0.35, 3))
    turn = facing @ held
    normal = turn[:, 2]
    distance = (middle @ normal) / np.where(np.abs(rays @ normal) < 1e-9, 1e-9, rays @ normal)
    on_board = (rays * distance[:, None] - middle) @ turn + [(COLUMNS - 1) / 2, (ROWS - 1) / 2, 0]
    column, row = on_board[:, 0] + 1, on_board[:, 1] + 1
    inside = (column >= 0) & (column < COLUMNS + 1) & (row >= 0) & (row < ROWS + 1) & (distance > 0)
    black = inside & ((np.floor(column) + np.floor(row)) % 2 == 0)
    shades = np.where(black, 30, 225).astype(np.float32).reshape(height, RAYS, width, RAYS)
    cv2.imwrite(f"{folder}/board-{number:02}.png", shades.mean(axis=(1, 3)).round().astype(np.uint8))
