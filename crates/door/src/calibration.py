"""Finds how a lens sees, from pictures of a chessboard, with OpenCV's fisheye model.

Usage: calibration.py COLUMNS ROWS FEWEST PICTURE..., with the board's inner corners. Prints one JSON object: the lens, or
`problem` with what there is to say about it.
"""

import json
import sys


def end(**answer):
    print(json.dumps(answer))
    sys.exit()


try:
    import cv2
    import numpy as np
except ImportError:
    end(problem="no_opencv")

SEARCH = cv2.CALIB_CB_ADAPTIVE_THRESH | cv2.CALIB_CB_NORMALIZE_IMAGE
REFINE = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 60, 1e-6)
SOLVE = (
    cv2.fisheye.CALIB_USE_INTRINSIC_GUESS
    | cv2.fisheye.CALIB_RECOMPUTE_EXTRINSIC
    | cv2.fisheye.CALIB_FIX_SKEW
)


# A board that is off by more, on the mean of its corners, was bent, blurred or misread.
MOST_OFF_PX = 1.5


def main(columns, rows, fewest, names):
    size, boards, without = None, {}, []
    for name in names:
        picture = cv2.imread(name, cv2.IMREAD_GRAYSCALE)
        if picture is None:
            end(problem="unreadable", picture=name)
        own = picture.shape[::-1]
        if own != (size or own):
            end(problem="sizes", picture=name, size=own, expected=size)
        size = own
        found, corners = cv2.findChessboardCorners(picture, (columns, rows), None, SEARCH)
        if found:
            corners = cv2.cornerSubPix(picture, corners, (5, 5), (-1, -1), REFINE)
            boards[name] = corners.reshape(-1, 1, 2).astype(np.float64)
        else:
            without.append(name)
    if len(boards) < fewest:
        end(problem="too_few", found=len(boards), without=without)
    board = np.zeros((rows * columns, 1, 3))
    board[:, 0, :2] = np.mgrid[:columns, :rows].T.reshape(-1, 2)
    while len(boards) >= fewest:
        matrix, k, off = solve(board, boards, size)
        worst = max(off, key=off.get)
        if off[worst] <= MOST_OFF_PX:
            tell(matrix, k, off, size, without)
        without.append(worst)
        del boards[worst]
    end(problem="unsolvable", found=len(names))


def solve(board, boards, size):
    """The lens that explains all boards best, and by how much each is off."""
    width, height = size
    matrix = np.array(
        [[width / np.pi, 0, (width - 1) / 2], [0, width / np.pi, (height - 1) / 2], [0, 0, 1]]
    )
    k = np.zeros((4, 1))
    shown = [board] * len(boards)
    try:
        _, matrix, k, turns, shifts = cv2.fisheye.calibrate(
            shown, list(boards.values()), size, matrix, k, flags=SOLVE, criteria=REFINE
        )
    except cv2.error:
        end(problem="unsolvable", found=len(boards))
    off = {}
    for (name, corners), turn, shift in zip(boards.items(), turns, shifts):
        expected, _ = cv2.fisheye.projectPoints(board, turn, shift, matrix, k)
        distance = np.linalg.norm((expected - corners).reshape(-1, 2), axis=1)
        off[name] = float(np.nan_to_num(distance.mean(), nan=np.inf))
    return matrix, k.flatten().tolist(), off


def tell(matrix, k, off, size, without):
    end(
        width=size[0],
        height=size[1],
        fx=float(matrix[0, 0]),
        fy=float(matrix[1, 1]),
        cx=float(matrix[0, 2]),
        cy=float(matrix[1, 2]),
        k=k,
        max_theta_deg=widest(matrix, k, size),
        error_px=float(np.mean(list(off.values()))),
        found=len(off),
        without=without,
    )


def widest(matrix, k, size):
    """How far from its axis the lens sees: to the picture's farthest corner, as far as the model grows."""
    corners = [(x, y) for x in (0, size[0] - 1) for y in (0, size[1] - 1)]
    reach = max(
        np.hypot((x - matrix[0, 2]) / matrix[0, 0], (y - matrix[1, 2]) / matrix[1, 1])
        for x, y in corners
    )
    theta = np.radians(np.arange(0, 180.1, 0.1))
    seen = theta * (1 + sum(number * theta ** (2 * n + 2) for n, number in enumerate(k)))
    ends = np.flatnonzero((np.diff(seen) <= 0) | (seen[1:] > reach))
    last = ends[0] if ends.size else theta.size - 1
    return round(float(np.degrees(theta[last])), 1)


main(*map(int, sys.argv[1:4]), sys.argv[4:])
