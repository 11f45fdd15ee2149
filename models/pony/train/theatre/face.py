"""Eyes, brows, cheeks and mouth: the only things that are drawn anew for every frame."""

from __future__ import annotations

import skia

from .mouths import Shape, draw_mouth
from .paper import curve, fill, line, mix, oval
from .rig import Face, Pose

#: How far features slide over the head when it turns to the side or nods, in head units.
SLIDE, NOD = 0.20, 0.13
PUPIL = (30, 22, 32)


def _eye(canvas: skia.Canvas, face: Face, pose: Pose, side: int, tint: tuple[float, float, float]) -> None:
    x, y = side * face.eye[0] * (1 - 0.10 * pose.yaw * side), face.eye[1]
    rx, ry = face.eye_size
    rx *= 1 - 0.12 * pose.yaw * side
    shut = min(1.0, max(0.0, pose.lids))
    if shut > 0.82:
        lid = curve([(x - rx * 1.15, y - ry * 0.05), (x, y + ry * 0.34), (x + rx * 1.15, y - ry * 0.05)], closed=False)
        if face.ring:
            canvas.drawPath(oval(x, y, rx * 1.12, ry * 1.1), fill(face.lid))
        canvas.drawPath(lid, line(face.lash, 0.055))
        return
    open_y = ry * (1 - shut)
    middle = y + ry * 0.35 * shut
    dark = tuple(int(c * t) for c, t in zip(PUPIL, tint))
    white = tuple(int(255 * (0.25 + 0.75 * t)) for t in tint)
    if face.ring:
        canvas.drawPath(oval(x, middle, rx * 1.12, open_y * 1.1), fill(face.ring))
        canvas.save()
        canvas.clipPath(oval(x, middle, rx * 1.12, open_y * 1.1), skia.ClipOp.kIntersect, True)
        gx, gy = x + pose.gaze[0] * rx * 0.28 - side * rx * 0.06, middle + pose.gaze[1] * ry * 0.2
        canvas.drawPath(oval(gx, gy, rx * 0.90, ry * 0.94), fill(face.iris))
        canvas.drawPath(oval(gx, gy - ry * 0.04, rx * 0.66, ry * 0.72), fill(dark))
        canvas.drawPath(oval(gx, gy + ry * 0.42, rx * 0.40, ry * 0.22), fill(mix(face.iris, white, 0.35), 0.8))
        rx_light = rx * 0.27
        canvas.drawPath(oval(gx - rx * 0.26, gy - ry * 0.34, rx_light, rx_light), fill(white))
        canvas.drawPath(oval(gx + rx * 0.28, gy + ry * 0.24, rx_light * 0.5, rx_light * 0.5), fill(white, 0.9))
        canvas.restore()
        top = curve([(x - rx * 1.16, middle - open_y * 0.30), (x - rx * 0.6, middle - open_y * 0.98), (x + rx * 0.6, middle - open_y * 0.98), (x + rx * 1.16, middle - open_y * 0.30)], closed=False)
        canvas.drawPath(top, line(face.lash, 0.05))
    else:
        shape = oval(x, middle, rx, open_y)
        canvas.drawPath(shape, fill(dark))
        canvas.save()
        canvas.clipPath(shape, skia.ClipOp.kIntersect, True)
        gx, gy = pose.gaze[0] * rx * 0.16, pose.gaze[1] * ry * 0.1
        canvas.drawPath(oval(x + gx, middle + ry * 0.66, rx * 0.8, ry * 0.52), fill(face.iris, 0.85))
        canvas.drawPath(oval(x - rx * 0.28 + gx, middle - ry * 0.36 + gy, rx * 0.36, rx * 0.36), fill(white))
        canvas.drawPath(oval(x + rx * 0.34 + gx, middle + ry * 0.22 + gy, rx * 0.17, rx * 0.17), fill(white, 0.9))
        canvas.restore()
    for i in range(face.lashes):
        base = (x + side * rx * (0.98 - 0.18 * i), middle - open_y * (0.34 + 0.34 * i))
        tip = (base[0] + side * rx * (0.42 - 0.1 * i), base[1] - ry * (0.22 + 0.14 * i))
        canvas.drawPath(curve([base, tip], closed=False), line(face.lash, 0.045))


def draw_features(canvas: skia.Canvas, face: Face, pose: Pose, tint: tuple[float, float, float]) -> None:
    """Eyes, brows and cheeks; the canvas stands in the head."""
    canvas.save()
    canvas.translate(pose.yaw * SLIDE, pose.pitch * NOD)
    for side in (-1, 1):
        if face.cheek:
            canvas.drawPath(oval(side * face.cheek_at[0], face.cheek_at[1], 0.19, 0.13), fill(face.cheek, 0.42))
        _eye(canvas, face, pose, side, tint)
        if face.brow:
            x, y = side * face.eye[0], face.eye[1] + face.brow_y - 0.09 * pose.brows
            reach = face.eye_size[0] * 1.25
            brow = curve([(x - side * reach, y - 0.05 - 0.03 * pose.brows), (x, y - 0.075), (x + side * reach, y + 0.035)], closed=False)
            canvas.drawPath(brow, line(face.brow, face.brow_width))
    canvas.restore()


def mouth_point(face: Face, pose: Pose) -> tuple[float, float]:
    """Where the middle of the mouth is in the head."""
    return face.mouth[0] + pose.yaw * SLIDE * 1.25, face.mouth[1] + pose.pitch * NOD * 1.2


def place_mouth(canvas: skia.Canvas, face: Face, pose: Pose, shape: Shape, opening: float, tint: tuple[float, float, float]) -> None:
    """The mouth; the canvas stands in the head."""
    x, y = mouth_point(face, pose)
    draw_mouth(canvas, x, y, face.mouth_half, shape, opening, face.lips, tint)
